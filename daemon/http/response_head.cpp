#include "daemon/http/response_head.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace navette::http {

namespace {

constexpr std::array<std::string_view, 7> kOurs{
    "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Trailer", "Date", "X-Request-Id"
};

struct Usual {
    std::string_view name;
    std::string_view value;
};
// What a browser needs to be told of an answer that is data, or a small page without foreign parts.
constexpr std::array<Usual, 4> kUsual{
    {{"Cache-Control", "no-store"},
     {"X-Content-Type-Options", "nosniff"},
     {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
     {"Referrer-Policy", "no-referrer"}}
};

bool same_name(std::string_view one, std::string_view other) {
    return boost::beast::iequals({one.data(), one.size()}, {other.data(), other.size()});
}

bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

void add_line(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        head += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    head += "\r\n";
}

}  // namespace

Framing framing_of(const Response& response) {
    if (response.status == 204 || response.status == 304 || response.status < 200) {
        return Framing::none;
    }
    return response.more ? Framing::chunked : Framing::length;
}

std::string response_head(const Response& response, const HeadFacts& facts) {
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(response.status))
    );
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head.reserve(512);
    head.append(reason.data(), reason.size()).append("\r\n");
    for (const auto& [name, value] : response.headers) {
        const bool ours = std::ranges::any_of(kOurs, [&](auto one) { return same_name(one, name); });
        if (!ours && is_token(name)) {
            add_line(head, name, value);
        }
    }
    for (const auto& [name, value] : kUsual) {
        if (sdk::first_header(response.headers, name).empty()) {
            add_line(head, name, value);
        }
    }
    add_line(head, "Date", facts.date);
    add_line(head, "X-Request-Id", facts.request_id);
    switch (framing_of(response)) {
        case Framing::length:
            add_line(head, "Content-Length", std::to_string(response.body.size()));
            break;
        case Framing::chunked:
            add_line(head, "Transfer-Encoding", "chunked");
            break;
        case Framing::none:
            break;
    }
    if (!facts.keep_alive) {
        add_line(head, "Connection", "close");
    }
    head += "\r\n";
    return head;
}

std::string http_date(std::chrono::system_clock::time_point when) {
    const auto seconds = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    // Day and month are English as long as nobody calls setlocale, and the daemon does not.
    const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

std::string chunk_head(std::size_t size) {
    std::array<char, 20> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    return std::string(digits.data(), end) + "\r\n";
}

}  // namespace navette::http
