#include "daemon/outbound/standard_webhooks.hpp"

#include <navette/sdk/signature.hpp>

#include <utility>

namespace navette::outbound {

namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kBlank = " \t\r\n";
// What the specification demands of a key.
constexpr std::size_t kShortest = 24;
constexpr std::size_t kLongest = 64;

}  // namespace

std::expected<std::vector<std::string>, std::string> webhook_keys(std::string_view secrets) {
    std::vector<std::string> keys;
    for (auto begin = secrets.find_first_not_of(kBlank); begin != std::string_view::npos;
         begin = secrets.find_first_not_of(kBlank)) {
        secrets.remove_prefix(begin);
        auto secret = secrets.substr(0, secrets.find_first_of(kBlank));
        secrets.remove_prefix(secret.size());
        if (!secret.starts_with(kPrefix)) {
            return std::unexpected("must begin with whsec_, followed by the base64 of 24 to 64 random bytes");
        }
        auto key = sdk::from_base64(secret.substr(kPrefix.size()));
        if (!key) {
            return std::unexpected("is no base64 after whsec_");
        }
        if (key->size() < kShortest || key->size() > kLongest) {
            return std::unexpected(
                "holds " + std::to_string(key->size()) + " bytes after whsec_, expected 24 to 64"
            );
        }
        keys.push_back(std::move(*key));
    }
    if (keys.empty()) {
        return std::unexpected("is empty");
    }
    return keys;
}

std::string webhook_signature(
    const std::vector<std::string>& keys,
    std::string_view id,
    std::chrono::sys_seconds time,
    std::string_view body
) {
    std::string content(id);
    content += "." + std::to_string(time.time_since_epoch().count()) + ".";
    content += body;
    std::string header;
    for (const auto& key : keys) {
        header += (header.empty() ? "v1," : " v1,") + sdk::base64(sdk::hmac_sha256(key, content));
    }
    return header;
}

}  // namespace navette::outbound
