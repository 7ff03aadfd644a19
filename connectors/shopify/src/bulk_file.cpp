#include "bulk_file.hpp"

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <cstdint>
#include <set>

namespace navette::shopify {

namespace {

bool fits(std::string_view name, std::string_view value) {
    return name.find_first_of("\r\n\"") == std::string_view::npos &&
           value.find_first_of("\r\n") == std::string_view::npos;
}

}  // namespace

std::string line_of(const json::object& variables) {
    return json::serialize(variables) + "\n";
}

std::optional<Form> upload_form(
    const FormFields& fields, std::string_view file_name, std::string_view type, std::string_view content
) {
    // No line of the file begins with two dashes, since each is JSON; a value has no line break before them.
    const auto boundary = "navette-" + sdk::fingerprint(content);
    Form form;
    form.content_type = "multipart/form-data; boundary=" + boundary;
    const auto begin = [&](std::string_view name) {
        form.body.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"");
        form.body.append(name).append("\"");
    };
    for (const auto& [name, value] : fields) {
        if (!fits(name, value)) {
            return std::nullopt;
        }
        begin(name);
        form.body.append("\r\n\r\n").append(value).append("\r\n");
    }
    begin("file");
    form.body.append("; filename=\"").append(file_name).append("\"\r\nContent-Type: ").append(type);
    form.body.append("\r\n\r\n").append(content).append("\r\n--").append(boundary).append("--\r\n");
    return form;
}

std::map<std::size_t, json::object> results_by_line(std::string_view text) {
    std::map<std::size_t, json::object> results;
    std::set<std::size_t> repeated;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = sdk::read_json_object(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto number = line ? sdk::integer_at(*line, "__lineNumber") : std::nullopt;
        if (!number || *number < 0) {
            continue;
        }
        const auto at = static_cast<std::size_t>(*number);
        if (!results.emplace(at, std::move(*line)).second) {
            repeated.insert(at);
        }
    }
    for (const auto at : repeated) {  // nobody knows which one is true
        results.erase(at);
    }
    return results;
}

std::optional<Address> address_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos || scheme == 0) {
        return std::nullopt;
    }
    const auto end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
    if (end == scheme + 3) {
        return std::nullopt;
    }
    Address address;
    address.origin = std::string(url.substr(0, end));
    const auto rest = url.substr(end, url.find('#', end) - end);
    address.path = (rest.starts_with('/') ? "" : "/") + std::string(rest);
    return address;
}

}  // namespace navette::shopify
