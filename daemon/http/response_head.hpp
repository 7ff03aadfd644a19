// The first lines of an answer as they go over the wire. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace navette::http {

/// How an answer's end is told to the client.
enum class Framing {
    length,   // Content-Length
    chunked,  // streamed
    none,     // the status has no body: 204, 304
};

[[nodiscard]] Framing framing_of(const Response& response);

struct HeadFacts {
    std::string_view request_id;
    std::string_view date;  // http_date()
    bool keep_alive = true;
};

/// Status line and headers up to the empty line. What the server says itself (Content-Length, Connection,
/// Date, ...) is left out of the response's headers; nosniff, no-store and the like are added where the
/// response has none of its own. A header whose name is no token is left out, and control characters in a
/// value become blanks: no value can begin another line.
[[nodiscard]] std::string response_head(const Response& response, const HeadFacts& facts);

/// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(std::chrono::system_clock::time_point when);

/// The line before a chunk of so many bytes; they are followed by kChunkEnd.
[[nodiscard]] std::string chunk_head(std::size_t size);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace navette::http
