// A webhook's way from its bytes to the job that it becomes, for each platform.
//
// An input is the slug of the platform on the first line, then the path, headers, an empty line and the body:
// what `platform` says is not trusted before it is verified, and not wholly afterwards.
#include "daemon/http/webhook_events.hpp"
#include "tests/fuzz/property.hpp"
#include "tests/fuzz/webhook_platforms.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace navette::fuzz {
namespace {

namespace json = boost::json;

constexpr sdk::Instant kNow{std::chrono::milliseconds(1'777'629'600'000)};  // 2026-05-01T10:00:00Z

std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

/// What RequestReader lets through: visible ASCII in the target, no control character in a value.
bool is_target(std::string_view text) {
    return text.starts_with('/') &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

bool is_value(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7F;
    });
}

std::optional<http::Request> request_of(std::string_view input) {
    http::Request request;
    request.method = "POST";
    request.client = "192.0.2.1";
    request.target = take_line(input);
    if (!is_target(request.target)) {
        return std::nullopt;
    }
    request.path = request.target.substr(0, request.target.find('?'));
    request.url = "https://navette.example" + request.target;
    for (auto line = take_line(input); !line.empty(); line = take_line(input)) {
        const auto colon = line.find(": ");
        if (colon == 0 || colon == std::string_view::npos || !is_value(line)) {
            return std::nullopt;
        }
        request.headers.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
    }
    request.body = input;
    return request;
}

sdk::WebhookRequest webhook_of(const http::Request& request) {
    sdk::WebhookRequest webhook;
    webhook.method = request.method;
    webhook.url = request.url;
    webhook.path = request.target;
    webhook.headers = request.headers;
    webhook.body = request.body;
    return webhook;
}

sdk::WebhookVerdict verdict(
    const Platform& platform, const sdk::WebhookRequest& request, std::span<const std::string> secrets
) {
    auto said = platform.verify(request, {secrets, settings(), kNow});
    require(said.genuine == said.reason.empty(), "a verdict says why it is none", said.reason);
    return said;
}

/// Texts by which a forged webhook could act: an event that names none does nothing.
bool carries_events(const Platform& platform, const sdk::WebhookRequest& request) {
    const auto events = platform.parse(request);
    return events && !events->empty();
}

void look_at_verify(const Platform& platform, const sdk::WebhookRequest& request) {
    // Made of the whole input, so that no input can hold it.
    const auto secret = sdk::fingerprint("secret" + request.path + "\n" + request.body);
    const auto old = sdk::fingerprint("old" + secret);
    const std::array<std::string, 1> one{secret};
    const std::array<std::string, 2> rotating{old, secret};
    const std::array<std::string, 1> other{old};

    require(
        !verdict(platform, request, one).genuine || !carries_events(platform, request),
        "nothing that was not signed acts"
    );
    auto signed_one = request;
    platform.sign(signed_one, secret, kNow);
    const bool genuine = verdict(platform, signed_one, one).genuine;
    require(genuine == verdict(platform, signed_one, rotating).genuine, "a second secret changes nothing");
    require(
        !verdict(platform, signed_one, other).genuine || !carries_events(platform, signed_one),
        "another's signature opens nothing"
    );
    require(
        !verdict(platform, signed_one, {}).genuine || !carries_events(platform, signed_one),
        "where no secret is set, nothing acts"
    );
    if (!platform.covers_body) {
        return;
    }
    require(genuine || request.body.empty(), "what the platform signed is genuine");
    for (const auto at : {std::size_t{0}, request.body.size() / 2, request.body.size()}) {
        auto altered = signed_one;
        if (at < altered.body.size()) {
            altered.body[at] = static_cast<char>(altered.body[at] ^ 1);
        } else {
            altered.body += ' ';
        }
        require(!verdict(platform, altered, one).genuine, "a body that was altered is not genuine");
    }
}

void require_event(const sdk::WebhookEvent& event) {
    const auto inbound = http::inbound_event(event);
    require_jsonb(inbound.data, "an event's data");
    require_storable(inbound.key, "an event's key");
    require_storable(inbound.event_type, "an event's type");
    require_storable(inbound.object, "an event's object");
    require_storable(inbound.remote_id, "an event's remote id");
    require(!inbound.key.empty(), "an event has a key");
    require(!inbound.event_type.empty(), "an event has a type");
    require(event.object.empty() || !event.remote_id.empty(), "an event of an object names which one");
}

/// What an event is about, without its key, which may be made of the very bytes.
std::string subject_of(const sdk::WebhookEvent& event) {
    return json::serialize(json::array{
        event.account, event.event_type, event.object, event.remote_id, event.deleted, event.thin, event.echo
    });
}

void look_at_parse(const Platform& platform, const sdk::WebhookRequest& request) {
    const auto events = platform.parse(request);
    if (!events) {
        require(!events.error().empty(), "a body that cannot be read is told in a sentence");
        return;
    }
    const auto again = platform.parse(request);
    require(again && again->size() == events->size(), "what is parsed twice is the same");
    for (std::size_t at = 0; at < events->size(); ++at) {
        const auto& event = (*events)[at];
        require_event(event);
        require(
            event.deduplication_key == (*again)[at].deduplication_key, "a repeated delivery has the same key"
        );
        require(
            http::inbound_event(event).data == http::inbound_event((*again)[at]).data,
            "what is parsed twice is the same"
        );
    }
    const auto body = read_json(request.body);
    auto rewritten = request;
    rewritten.body = body ? json::serialize(*body) : std::string();
    // A number beyond double cannot be written again.
    if (read_json(rewritten.body)) {
        const auto same = platform.parse(rewritten);
        require(same && same->size() == events->size(), "white space means nothing", rewritten.body);
        for (std::size_t at = 0; at < events->size(); ++at) {
            require(
                subject_of((*events)[at]) == subject_of((*same)[at]),
                "white space means nothing",
                rewritten.body
            );
        }
    }
}

void look_at_entry(const Platform& platform, const http::Request& request) {
    http::WebhookTarget target;
    target.account = "acme";
    auto entry = http::log_entry(request, std::string(platform.slug), target.redactor);
    http::take_events(entry, platform.parse(webhook_of(request)), target);
    require_jsonb(entry.headers, "a webhook's headers");
    require_storable(entry.event_type, "a webhook's event type");
    require_storable(entry.reason, "a webhook's reason");
    require_storable(http::shortened(entry.body), "the head of a webhook's body");
}

void look_at_reply(const Platform& platform) {
    const auto reply = platform.acknowledge();
    require(reply.status >= 200 && reply.status < 300, "a webhook that is durable is acknowledged");
    require(reply.content_type.find_first_of("\r\n") == std::string::npos, "no answer is split");
}

int run(std::string_view input) {
    const auto* subject = platform(take_line(input));
    const auto request = subject == nullptr ? std::nullopt : request_of(input);
    if (!request) {
        return -1;
    }
    const auto webhook = webhook_of(*request);
    look_at_parse(*subject, webhook);
    look_at_verify(*subject, webhook);
    look_at_entry(*subject, *request);
    look_at_reply(*subject);
    return 0;
}

}  // namespace
}  // namespace navette::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// -1: not worth keeping in the corpus.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return navette::fuzz::run({reinterpret_cast<const char*>(data), size});
}
