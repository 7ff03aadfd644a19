// What a connector does with a webhook, and how its platform signs one.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::fuzz {

struct Platform {
    std::string_view slug;
    sdk::WebhookVerdict (*verify)(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys);
    std::expected<std::vector<sdk::WebhookEvent>, std::string> (*parse)(const sdk::WebhookRequest& request);
    sdk::WebhookReply (*acknowledge)();

    /// Makes the request one that the platform signed with `secret` at `now`.
    void (*sign)(sdk::WebhookRequest& request, const std::string& secret, sdk::Instant now);
    /// The proof covers the body; false: it only names the sender.
    bool covers_body;
};

/// None for an unknown slug.
[[nodiscard]] const Platform* platform(std::string_view slug);

/// The settings that `sign` reckons with, of all platforms.
[[nodiscard]] const sdk::json::object& settings();

}  // namespace navette::fuzz
