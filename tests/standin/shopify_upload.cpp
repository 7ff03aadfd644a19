#include "tests/standin/shopify_upload.hpp"

#include <optional>
#include <string_view>

namespace navette::standin {

namespace {

struct Part {
    std::string_view head;
    std::string_view content;
};

/// The parts between the boundaries; nothing where the body is no such form.
std::optional<std::vector<Part>> parts_of(std::string_view body, const std::string& boundary) {
    const auto first = "--" + boundary + "\r\n";
    const auto next = "\r\n--" + boundary;
    if (!body.starts_with(first)) {
        return std::nullopt;
    }
    body.remove_prefix(first.size());
    std::vector<Part> parts;
    while (true) {
        const auto gap = body.find("\r\n\r\n");
        const auto end = body.find(next);
        if (gap == std::string_view::npos || end == std::string_view::npos || gap + 4 > end) {
            return std::nullopt;
        }
        parts.push_back({body.substr(0, gap), body.substr(gap + 4, end - gap - 4)});
        body.remove_prefix(end + next.size());
        if (body == "--\r\n") {
            return parts;
        }
        if (!body.starts_with("\r\n")) {
            return std::nullopt;
        }
        body.remove_prefix(2);
    }
}

bool is_named(const Part& part, const std::string& name) {
    return part.head.starts_with("Content-Disposition: form-data; name=\"" + name + "\"");
}

}  // namespace

std::expected<std::string, std::string> uploaded_file(
    const Request& request, const UploadParameters& parameters, std::size_t most
) {
    constexpr std::string_view kType = "multipart/form-data; boundary=";
    const auto type = request.header("content-type");
    const auto parts = type.starts_with(kType)
                           ? parts_of(request.body, std::string(type.substr(kType.size())))
                           : std::nullopt;
    if (!parts) {
        return std::unexpected("the body is no multipart form");
    }
    if (parts->size() != parameters.size() + 1) {
        return std::unexpected("the form has other fields than the policy");
    }
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        const auto& [name, value] = parameters[at];
        if (!is_named((*parts)[at], name) || (*parts)[at].content != value) {
            return std::unexpected("the policy wants " + name + " at this place with its value");
        }
    }
    const auto& file = parts->back();
    if (!is_named(file, "file") || file.head.find("; filename=\"") == std::string_view::npos ||
        file.head.find("\r\nContent-Type: text/jsonl") == std::string_view::npos) {
        return std::unexpected("the last field must be the file");
    }
    if (file.content.empty() || file.content.size() > most) {
        return std::unexpected("the file is empty or too large");
    }
    return std::string(file.content);
}

}  // namespace navette::standin
