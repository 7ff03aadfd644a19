// The token in what `navettectl token create` printed, whatever stands around it.
#pragma once

#include <string>

namespace navette::test {

inline std::string token_in(const std::string& output) {
    const auto at = output.find("nvt_");
    return at == std::string::npos ? std::string()
                                   : output.substr(at, output.find_first_of(" \r\n", at) - at);
}

}  // namespace navette::test
