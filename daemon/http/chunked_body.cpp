#include "daemon/http/chunked_body.hpp"

#include <algorithm>
#include <charconv>

namespace navette::http {

namespace {

constexpr std::size_t kLongestLine = 1'024;
constexpr std::size_t kMostTrailers = 4'096;
constexpr std::size_t kMostDigits = 8;  // 4 GiB, beyond any limit
constexpr std::string_view kLineEnd = "\r\n";

bool is_plain(std::string_view line) {
    return std::ranges::all_of(line, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
}

}  // namespace

std::size_t ChunkedBody::take(std::string_view bytes, std::string& body, std::size_t limit) {
    std::size_t taken = 0;
    while (state_ == State::reading && taken < bytes.size()) {
        const auto rest = bytes.substr(taken);
        if (part_ != Part::data) {
            const auto line = take_line(rest);
            if (line == 0) {
                break;
            }
            taken += line;
            // A chunk is refused by its size, before any of it is read.
            if (part_ == Part::data && left_ > limit - std::min(limit, body.size())) {
                state_ = State::too_large;
            }
            continue;
        }
        const auto part =
            rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size())));
        body += part;
        taken += part.size();
        left_ -= part.size();
        if (left_ == 0) {
            part_ = Part::data_end;
        }
    }
    return taken;
}

std::size_t ChunkedBody::take_line(std::string_view bytes) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
        // What cannot become a line any more is not waited for.
        const auto first_cr = std::min(bytes.find('\r'), bytes.size());
        const bool hopeless = bytes.size() > kLongestLine || first_cr + 1 < bytes.size() ||
                              (part_ == Part::data_end && first_cr > 0);
        if (hopeless) {
            state_ = State::malformed;
        }
        return 0;
    }
    const auto line = bytes.substr(0, end == 0 ? 0 : end - 1);
    if (end == 0 || bytes[end - 1] != '\r' || end > kLongestLine || !is_plain(line)) {
        state_ = State::malformed;
        return 0;
    }
    switch (part_) {
        case Part::size:
            if (!read_size(line)) {
                state_ = State::malformed;
                return 0;
            }
            part_ = left_ == 0 ? Part::trailer : Part::data;
            break;
        case Part::data_end:
            if (!line.empty()) {
                state_ = State::malformed;
                return 0;
            }
            part_ = Part::size;
            break;
        case Part::trailer:
            trailers_ += line.size() + kLineEnd.size();
            if (line.empty()) {
                state_ = State::done;
            } else if (trailers_ > kMostTrailers) {
                state_ = State::malformed;
                return 0;
            }
            break;
        case Part::data:
            break;
    }
    return end + 1;
}

bool ChunkedBody::read_size(std::string_view line) {
    const auto digits = line.substr(0, line.find(';'));
    if (digits.empty() || digits.size() > kMostDigits) {
        return false;
    }
    left_ = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace navette::http
