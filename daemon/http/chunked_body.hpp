// The chunked transfer coding of a request's body (RFC 9112, 7.1), read strictly. Pure.
//
// Not Beast's: it asserts on a last chunk that arrives byte by byte, and takes trailers for headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace navette::http {

class ChunkedBody {
  public:
    enum class State { reading, done, malformed, too_large };

    /// Appends to `body` what `bytes` hold of it, up to `limit` bytes in all; returns how many of them it
    /// took. The rest is to be given again with more behind it.
    std::size_t take(std::string_view bytes, std::string& body, std::size_t limit);

    [[nodiscard]] State state() const { return state_; }

  private:
    enum class Part { size, data, data_end, trailer };

    std::size_t take_line(std::string_view bytes);
    bool read_size(std::string_view line);

    State state_ = State::reading;
    Part part_ = Part::size;
    std::uint64_t left_ = 0;    // of the chunk's data
    std::size_t trailers_ = 0;  // bytes of trailers, which are dropped
};

}  // namespace navette::http
