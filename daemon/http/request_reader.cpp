#include "daemon/http/request_reader.hpp"

#include "daemon/http/percent.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <charconv>

namespace navette::http {

namespace beast = boost::beast;

namespace {

constexpr std::size_t kMostHeaders = 100;
constexpr std::size_t kLongestLength = 15;  // digits of Content-Length

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool equals_ignoring_case(std::string_view one, std::string_view other) {
    return beast::iequals({one.data(), one.size()}, {other.data(), other.size()});
}

bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view(".-_:[]~%").find(c) != std::string_view::npos;
    });
}

bool is_target_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

}  // namespace

std::size_t RequestReader::take(std::string_view bytes) {
    switch (stage_) {
        case Stage::head:
            return take_head(bytes);
        case Stage::body:
            return take_body(bytes);
        case Stage::done:
        case Stage::refused:
            break;
    }
    return 0;
}

void RequestReader::refuse(int status, std::string_view reason, std::string detail) {
    stage_ = Stage::refused;
    refusal_ = {status, reason, std::move(detail)};
}

std::size_t RequestReader::take_head(std::string_view bytes) {
    // Some clients send an empty line behind a body (RFC 9112, 2.2): one is forgiven.
    if (scanned_ == 0 && !skipped_blank_line_ && bytes.starts_with("\r\n")) {
        skipped_blank_line_ = true;
        return 2;
    }
    const auto size = find_end_of_head(bytes);
    if (stage_ == Stage::refused) {
        return 0;
    }
    if (size ? *size > header_limit_ : bytes.size() >= header_limit_) {
        refuse(
            431,
            "header_too_large",
            "The request line and headers have more than " + std::to_string(header_limit_) + " bytes."
        );
        return 0;
    }
    if (!size || !parse_head(bytes.substr(0, *size))) {
        return 0;
    }
    const bool has_body = chunks_ || content_length_.value_or(0) > 0;
    stage_ = has_body ? Stage::body : Stage::done;
    return *size;
}

std::optional<std::size_t> RequestReader::find_end_of_head(std::string_view bytes) {
    while (scanned_ < bytes.size()) {
        const auto byte = static_cast<unsigned char>(bytes[scanned_]);
        if (byte == '\n') {
            refuse(400, "bare_line_feed", "A line of the header does not end in CR LF.");
            return std::nullopt;
        }
        if (byte != '\r') {
            if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
                refuse(400, "control_character", "The header holds a control character.");
                return std::nullopt;
            }
            const bool folded = scanned_ == line_ && (byte == ' ' || byte == '\t');
            if (folded) {
                refuse(400, "folded_header", "A line of the header begins with a blank.");
                return std::nullopt;
            }
            ++scanned_;
            continue;
        }
        if (scanned_ + 1 == bytes.size()) {
            return std::nullopt;
        }
        if (bytes[scanned_ + 1] != '\n') {
            refuse(400, "bare_carriage_return", "The header holds a CR without its LF.");
            return std::nullopt;
        }
        const bool empty = scanned_ == line_;
        scanned_ += 2;
        line_ = scanned_;
        if (empty) {
            return scanned_;
        }
    }
    return std::nullopt;
}

bool RequestReader::parse_head(std::string_view head) {
    beast::http::request_parser<beast::http::empty_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
    parser.body_limit(boost::none);
    beast::error_code error;
    parser.put(boost::asio::buffer(head), error);
    if (error == beast::http::error::bad_version) {
        refuse(505, "version", "This server speaks HTTP/1.1.");
        return false;
    }
    if (error == beast::http::error::bad_content_length ||
        error == beast::http::error::multiple_content_length ||
        error == beast::http::error::bad_transfer_encoding) {
        refuse(
            400,
            "framing",
            "Content-Length and Transfer-Encoding do not say for certain how long the body is."
        );
        return false;
    }
    if (error || !parser.is_header_done()) {
        refuse(400, "malformed_header", "The request line or a header is malformed.");
        return false;
    }
    const auto& message = parser.get();
    if (message.version() != 11) {
        refuse(505, "version", "This server speaks HTTP/1.1.");
        return false;
    }
    request_.method = view(message.method_string());
    request_.target = view(message.target());
    for (const auto& field : message) {
        request_.headers.push_back({std::string(view(field.name_string())), std::string(view(field.value()))}
        );
    }
    if (request_.headers.size() > kMostHeaders) {
        refuse(
            431, "too_many_headers", "The request has more than " + std::to_string(kMostHeaders) + " headers."
        );
        return false;
    }
    keeps_alive_ = message.keep_alive();
    return read_framing() && read_target();
}

bool RequestReader::read_framing() {
    int hosts = 0;
    int lengths = 0;
    int codings = 0;
    for (const auto& [name, value] : request_.headers) {
        if (equals_ignoring_case(name, "Host")) {
            ++hosts;
            if (!is_host(value)) {
                hosts = 2;
            }
        } else if (equals_ignoring_case(name, "Content-Length")) {
            ++lengths;
            std::uint64_t length = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
            const bool plain = !value.empty() && value.size() <= kLongestLength && error == std::errc{} &&
                               end == value.data() + value.size();
            lengths += plain ? 0 : 1;
            content_length_ = length;
        } else if (equals_ignoring_case(name, "Transfer-Encoding")) {
            ++codings;
            if (!equals_ignoring_case(value, "chunked")) {
                refuse(501, "transfer_coding", "Of the transfer codings only chunked is understood.");
                return false;
            }
            chunks_.emplace();
        } else if (equals_ignoring_case(name, "Expect")) {
            if (!equals_ignoring_case(value, "100-continue")) {
                refuse(417, "expectation", "Only 100-continue can be expected.");
                return false;
            }
            wants_continue_ = true;
        }
    }
    if (hosts != 1) {
        refuse(400, "host", "The request needs one Host header that names a host.");
        return false;
    }
    if (lengths > 1 || codings > 1 || lengths + codings > 1) {
        refuse(
            400,
            "framing",
            "Content-Length and Transfer-Encoding do not say for certain how long the body is."
        );
        return false;
    }
    return true;
}

bool RequestReader::read_target() {
    auto& target = request_.target;
    // The absolute form is for proxies, but each server must take it (RFC 9112, 3.2.2).
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equals_ignoring_case(std::string_view(target).substr(0, scheme.size()), scheme)) {
            const auto path = target.find_first_of("/?", scheme.size());
            target = path == std::string::npos ? "/" : target.substr(path);
            if (target.front() == '?') {
                target.insert(target.begin(), '/');
            }
            break;
        }
    }
    if (!target.starts_with('/') || !is_target_text(target)) {
        refuse(400, "target", "The request's target is not a path.");
        return false;
    }
    const auto question = std::min(target.find('?'), target.size());
    request_.path = target.substr(0, question);
    if (question < target.size()) {
        request_.query = query_pairs(std::string_view(target).substr(question + 1));
    }
    return true;
}

void RequestReader::limit_body(std::size_t bytes) {
    body_limit_ = bytes;
    if (stage_ == Stage::body && content_length_.value_or(0) > bytes) {
        refuse(413, "body_too_large", "The body has more than " + std::to_string(bytes) + " bytes.");
    }
}

std::size_t RequestReader::take_body(std::string_view bytes) {
    if (!chunks_) {
        const auto missing = static_cast<std::size_t>(*content_length_) - request_.body.size();
        const auto part = bytes.substr(0, missing);
        request_.body += part;
        if (part.size() == missing) {
            stage_ = Stage::done;
        }
        return part.size();
    }
    const auto taken = chunks_->take(bytes, request_.body, body_limit_);
    switch (chunks_->state()) {
        case ChunkedBody::State::reading:
            break;
        case ChunkedBody::State::done:
            stage_ = Stage::done;
            break;
        case ChunkedBody::State::malformed:
            refuse(400, "malformed_chunk", "The chunked body is malformed.");
            break;
        case ChunkedBody::State::too_large:
            refuse(
                413, "body_too_large", "The body has more than " + std::to_string(body_limit_) + " bytes."
            );
            break;
    }
    return taken;
}

}  // namespace navette::http
