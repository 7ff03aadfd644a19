#include "daemon/ctl/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace navette::ctl {

namespace json = boost::json;

namespace {

std::string number_text(double number) {
    if (!std::isfinite(number)) {
        return "null";
    }
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return error == std::errc() ? std::string(buffer.data(), end) : "null";
}

/// Boost.JSON escapes the controls below U+0020 only: DEL and the C1 controls (C2 80 to C2 9F) steer a
/// terminal as well.
std::string quoted(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto plain = json::serialize(json::string_view(text.data(), text.size()));
    std::string safe;
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const auto byte = static_cast<unsigned char>(plain[at]);
        const auto next = at + 1 < plain.size() ? static_cast<unsigned char>(plain[at + 1]) : 0U;
        if (byte == 0x7F) {
            safe += "\\u007f";
        } else if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
            safe += "\\u00";
            safe += kHex[next >> 4U];
            safe += kHex[next & 0xFU];
            ++at;
        } else {
            safe += plain[at];
        }
    }
    return safe;
}

class Writer {
  public:
    explicit Writer(bool indents) : indents_(indents) {}

    void write(const json::value& value) {
        if (const auto* object = value.if_object()) {
            write_all(*object, '{', '}', [&](const auto& member) {
                out_ += quoted(member.key());
                out_ += indents_ ? ": " : ":";
                write(member.value());
            });
        } else if (const auto* array = value.if_array()) {
            write_all(*array, '[', ']', [&](const auto& item) { write(item); });
        } else if (const auto* number = value.if_double()) {
            out_ += number_text(*number);
        } else if (const auto* text = value.if_string()) {
            out_ += quoted(*text);
        } else {
            out_ += json::serialize(value);
        }
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    template <class Items, class One>
    void write_all(const Items& items, char open, char close, One one) {
        out_ += open;
        ++depth_;
        bool is_first = true;
        for (const auto& item : items) {
            out_ += is_first ? "" : ",";
            is_first = false;
            end_line();
            one(item);
        }
        --depth_;
        if (!is_first) {
            end_line();
        }
        out_ += close;
    }

    void end_line() {
        if (indents_) {
            out_ += '\n';
            out_.append(depth_ * 2, ' ');
        }
    }

    bool indents_;
    std::size_t depth_ = 0;
    std::string out_;
};

}  // namespace

std::string pretty_json(const json::value& value) {
    Writer writer(true);
    writer.write(value);
    return writer.take();
}

std::string compact_json(const json::value& value) {
    Writer writer(false);
    writer.write(value);
    return writer.take();
}

}  // namespace navette::ctl
