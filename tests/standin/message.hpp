// One HTTP request and its answer, as the stand-ins see them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::standin {

struct Request {
    std::string method;
    std::string target;                          // as sent: path and query, percent-encoded
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    /// The target up to '?', still percent-encoded.
    std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }

    /// What follows '?', still percent-encoded; empty when there is none.
    std::string_view query() const {
        const auto mark = target.find('?');
        return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
    }

    /// A header by its lower-case name; empty when it was not sent.
    std::string_view header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string_view() : std::string_view(found->second);
    }
};

/// What becomes of the connection.
enum class Ending {
    answered,  // the whole answer, then keep-alive
    reset,     // nothing is sent; the client sees a connection reset
    cut_body,  // half of the promised body, then the connection is closed
};

struct Response {
    Response() = default;
    Response(unsigned code, std::string type, std::string text)
        : status(code), content_type(std::move(type)), body(std::move(text)) {}

    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    Ending ending = Ending::answered;
    std::vector<std::pair<std::string, std::string>> headers;  // beyond Content-Type and Content-Length
};

}  // namespace navette::standin
