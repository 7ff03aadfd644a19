#include "daemon/core/rate_rule.hpp"

namespace navette::core {

bool route_matches(std::string_view pattern, std::string_view route) {
    std::size_t at = 0;
    std::size_t in_route = 0;
    std::size_t star = std::string_view::npos;
    std::size_t tried_from = 0;  // where the last star's text ends at present
    while (in_route < route.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            tried_from = in_route;
        } else if (at < pattern.size() && pattern[at] == route[in_route]) {
            ++at;
            ++in_route;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in_route = ++tried_from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace navette::core
