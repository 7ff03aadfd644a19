#include "daemon/config/problem.hpp"

namespace navette::config {

std::string Problem::text() const {
    std::string text = where.file;
    if (where.line > 0) {
        text += ":" + std::to_string(where.line);
    }
    return text + ": " + what;
}

}  // namespace navette::config
