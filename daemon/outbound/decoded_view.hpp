// A text as it reads with its percent and JSON escapes undone, and where each byte came from. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace navette::outbound {

struct DecodedView {
    std::string text;
    /// One more than text.size(): byte i stands for the source's bytes from origin[i] up to origin[i + 1].
    std::vector<std::size_t> origin;
};

/// `source` itself, then every different reading of it: percent escapes undone, JSON escapes undone, and both
/// in any order up to three layers deep (a URL in a JSON text in a JSON string). Linear in the source's size.
[[nodiscard]] std::vector<DecodedView> decoded_views(std::string_view source);

}  // namespace navette::outbound
