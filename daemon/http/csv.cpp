#include "daemon/http/csv.hpp"

namespace navette::http {

std::string csv_text(std::string_view text) {
    std::string field;
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
        field = "'";
    }
    field += text;
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
        return field;
    }
    std::string quoted("\"");
    for (const char c : field) {
        quoted += c;
        if (c == '"') {
            quoted += '"';
        }
    }
    return quoted + '"';
}

std::string csv_line(std::span<const std::string> fields) {
    std::string line;
    for (const auto& field : fields) {
        if (&field != fields.data()) {
            line += ',';
        }
        line += field;
    }
    return line + "\r\n";
}

}  // namespace navette::http
