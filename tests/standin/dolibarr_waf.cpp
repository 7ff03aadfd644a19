#include "tests/standin/dolibarr_waf.hpp"

#include "tests/standin/dolibarr_text.hpp"
#include "tests/standin/url.hpp"

#include <regex>
#include <string>

namespace navette::standin {

bool refused_by_waf(std::string_view path, std::string_view query) {
    if (percent_decoded(path).find_first_of(":;\"'<>?(){}$%#") != std::string::npos) {
        return true;
    }
    const std::string decoded = folded(percent_decoded(query, true));
    if (decoded.contains('"') || decoded.contains("<script") || decoded.contains("javascript:")) {
        return true;
    }
    static const std::regex kInjection(R"(union\s+select|select\s.+\sfrom\s)");
    return std::regex_search(decoded, kInjection);
}

}  // namespace navette::standin
