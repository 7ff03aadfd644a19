#include "daemon/secrets/sealed_text.hpp"

namespace navette::secrets {

std::optional<SealedHeader> header_of(std::string_view sealed) {
    if (sealed.size() < 2) {
        return std::nullopt;
    }
    const auto layout = static_cast<SealedLayout>(sealed[0]);
    if (layout != SealedLayout::direct && layout != SealedLayout::envelope) {
        return std::nullopt;
    }
    const auto name_length = static_cast<std::size_t>(static_cast<unsigned char>(sealed[1]));
    if (name_length == 0 || sealed.size() < 2 + name_length) {
        return std::nullopt;
    }
    SealedHeader header;
    header.layout = layout;
    header.size = 2 + name_length;
    header.key_name = sealed.substr(2, name_length);
    return header;
}

std::optional<std::string> key_name_of(std::string_view sealed) {
    auto header = header_of(sealed);
    return header ? std::optional(std::move(header->key_name)) : std::nullopt;
}

std::string write_header(SealedLayout layout, std::string_view key_name) {
    std::string header;
    header += static_cast<char>(layout);
    header += static_cast<char>(key_name.size());
    header += key_name;
    return header;
}

}  // namespace navette::secrets
