// How a sealed text begins: what can be told of it without any key. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace navette::secrets {

/// Layouts of sealed texts. Both begin with a byte for the layout, a byte for the length of the key's name,
/// and the name. Version 1: nonce, text encrypted with the named key. Version 2: nonce, data key encrypted
/// with the named key; nonce, text encrypted with the data key. The data key is random and the text's own, so
/// that another key takes over without the text being encrypted again.
enum class SealedLayout : char { direct = 1, envelope = 2 };

struct SealedHeader {
    SealedLayout layout = SealedLayout::envelope;
    std::string key_name;
    std::size_t size = 0;  // bytes up to where the layout's own part begins
};

/// Nothing where the bytes are no sealed text of a layout that this navette knows.
[[nodiscard]] std::optional<SealedHeader> header_of(std::string_view sealed);

/// The name of the key that the text was sealed with; nothing where header_of() finds none.
[[nodiscard]] std::optional<std::string> key_name_of(std::string_view sealed);

/// The beginning of a sealed text.
[[nodiscard]] std::string write_header(SealedLayout layout, std::string_view key_name);

}  // namespace navette::secrets
