// Reads one request from bytes as they come in, strictly: whatever two parsers could understand differently
// is refused. No sockets, no clock.
#pragma once

#include "daemon/http/chunked_body.hpp"
#include "daemon/http/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::http {

/// Why a request is turned away before any route sees it. The connection is closed after it: where the next
/// request begins is not certain any more.
struct Refusal {
    int status = 400;
    std::string_view reason;  // for log and metrics, one of a few constants: "bare_line_feed"
    std::string detail;       // for the client
};

class RequestReader {
  public:
    enum class Stage {
        head,     // the header is not complete
        body,     // the header can be looked at, the body is to come
        done,     // the request is complete
        refused,  // see refusal()
    };

    /// `header_limit`: bytes of the request line and all headers.
    explicit RequestReader(std::size_t header_limit) : header_limit_(header_limit) {}

    /// Takes what it can of `bytes` and returns how many those were. The rest is to be given again with more
    /// behind it; what follows the request belongs to the next one. Stops behind the header, so that the body
    /// can be limited.
    std::size_t take(std::string_view bytes);

    [[nodiscard]] Stage stage() const { return stage_; }
    [[nodiscard]] const Refusal& refusal() const { return refusal_; }

    /// From the end of the header on: method, target, path, query, headers; at the end with its body.
    [[nodiscard]] Request& request() { return request_; }
    /// The client waits for "100 Continue" before it sends the body.
    [[nodiscard]] bool wants_continue() const { return wants_continue_; }
    /// Another request may follow on this connection.
    [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }
    /// The body's length where the header names it; none without a body and for a chunked one.
    [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }

    /// The most bytes that the body may have; more of them are refused with 413. At once where the header
    /// announces more.
    void limit_body(std::size_t bytes);

    /// Turns the request away for what only the reader of the bytes knows: time, memory.
    void refuse(int status, std::string_view reason, std::string detail);

  private:
    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    /// The length of the header at the beginning of `bytes`; none: incomplete, or refused.
    std::optional<std::size_t> find_end_of_head(std::string_view bytes);
    bool parse_head(std::string_view head);
    bool read_framing();
    bool read_target();

    std::size_t header_limit_;
    std::size_t body_limit_ = 0;
    Stage stage_ = Stage::head;
    Refusal refusal_;
    Request request_;
    bool wants_continue_ = false;
    bool keeps_alive_ = false;
    bool skipped_blank_line_ = false;
    std::optional<std::uint64_t> content_length_;
    std::optional<ChunkedBody> chunks_;  // set: the body is chunked
    std::size_t scanned_ = 0;            // bytes of the header that were looked at
    std::size_t line_ = 0;               // where the line being looked at begins
};

}  // namespace navette::http
