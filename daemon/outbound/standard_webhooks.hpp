// Signing webhooks of our own by the Standard Webhooks specification 1.0 (symmetric scheme v1). Pure.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::outbound {

/// The keys of a signing secret: "whsec_" and the base64 of 24 to 64 random bytes; several, separated by
/// white space, while one is being replaced. Fails with what is wrong, without quoting the secret.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> webhook_keys(std::string_view secrets);

/// The value of the header webhook-signature for one attempt: "v1,<base64>" for each key, separated by
/// blanks. Signed is "id.timestamp.body"; `id` holds no ".", and `time` is the attempt's.
[[nodiscard]] std::string webhook_signature(
    const std::vector<std::string>& keys,
    std::string_view id,
    std::chrono::sys_seconds time,
    std::string_view body
);

}  // namespace navette::outbound
