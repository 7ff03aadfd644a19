// What of a platform's answer may be logged: not what it quotes out of its own database (`logged_until` of
// the manifest). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace navette::engine {

/// `body` with each text of its JSON kept up to the first of `words`, and a note that the rest was left out;
/// a body that is no JSON ends there. As it is where it holds none of them.
[[nodiscard]] std::string loggable(std::string body, const std::vector<std::string>& words);

}  // namespace navette::engine
