// What a platform sends of its own accord: believed by its signature only, understood, and told from what is
// merely sent again.
#include "daemon/secrets/encoding.hpp"
#include "tests/conformance/trial.hpp"
#include "tests/conformance/webhook_catcher.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;
using ::testing::Not;

/// A stand-in that sends its webhooks to a catcher, which acknowledges them as the connector says.
class WebhookSite {
  public:
    explicit WebhookSite(const Subject& subject)
        : subject_(subject), site_(subject), catcher_([this](const standin::Request& request) {
              const auto reply = site_.connector().acknowledge(read(request));
              return standin::Response(static_cast<unsigned>(reply.status), reply.content_type, reply.body);
          }) {
        json::object subscription{{"url", address()}, {"secret", secret()}};
        site_.site().control("POST", "webhook", json::serialize(subscription));
    }

    [[nodiscard]] WebhookCatcher& catcher() { return catcher_; }
    [[nodiscard]] std::string secret() const { return subject_.secrets.at(subject_.webhook_secret); }

    /// Somebody changes something there; the record's id.
    std::string change(json::object what) {
        const auto answer = site_.site().control("POST", "change", json::serialize(what));
        return std::string(answer.at("remote_id").as_string());
    }

    /// Everything that came so far, once all that the site has to send has come.
    std::vector<sdk::WebhookRequest> caught(std::size_t repetitions = 0) {
        const auto sent = site_.site().control("GET", "deliveries").as_array().size();
        std::vector<sdk::WebhookRequest> requests;
        for (const auto& request : catcher_.wait_for(sent + repetitions)) {
            requests.push_back(read(request));
        }
        return requests;
    }

    [[nodiscard]] sdk::WebhookVerdict verify(
        const sdk::WebhookRequest& request, const std::vector<std::string>& secrets
    ) {
        const auto now =
            std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return site_.connector().verify(request, {secrets, site_.integration().settings(), now});
    }

    std::vector<sdk::WebhookEvent> parse(const sdk::WebhookRequest& request) {
        auto events = site_.connector().parse(request);
        if (!events) {
            ADD_FAILURE() << events.error() << "\n" << request.body;
            return {};
        }
        return std::move(*events);
    }

    /// Whether the event tells of a delete, or whoever follows its hint hears so.
    [[nodiscard]] bool tells_a_delete(const sdk::WebhookEvent& event) {
        if (event.deleted || !event.thin) {
            return event.deleted;
        }
        const auto fetched = site_.fetch(event.object, event.remote_id);
        return fetched ? fetched->deleted : fetched.error().kind == sdk::OutcomeKind::gone;
    }

    [[nodiscard]] sdk::Connector& connector() { return site_.connector(); }

  private:
    [[nodiscard]] std::string address() const {
        return catcher_.url() + "/webhooks/integrations/" + subject_.slug + "/int_" + subject_.slug;
    }

    [[nodiscard]] sdk::WebhookRequest read(const standin::Request& request) const {
        sdk::WebhookRequest webhook;
        webhook.method = request.method;
        webhook.path = request.target;
        webhook.url = catcher_.url() + request.target;
        for (const auto& [name, value] : request.headers) {
            webhook.headers.push_back({name, value});
        }
        webhook.body = request.body;
        return webhook;
    }

    const Subject& subject_;
    ConnectedSite site_;
    WebhookCatcher catcher_;
};

/// Whether the platform sends the secret itself instead of a signature, which then covers no body.
bool carries_the_secret(const sdk::WebhookRequest& request, const std::string& secret) {
    if (request.path.find(secret) != std::string::npos) {
        return true;
    }
    return std::ranges::any_of(request.headers, [&](const sdk::Header& header) {
        constexpr std::string_view kBasic = "Basic ";
        if (!header.value.starts_with(kBasic)) {
            return false;
        }
        auto encoded = header.value.substr(kBasic.size());
        std::ranges::replace(encoded, '+', '-');
        std::ranges::replace(encoded, '/', '_');
        encoded.resize(encoded.find_last_not_of('=') + 1);
        const auto plain = secrets::from_base64url(encoded);
        return plain && plain->ends_with(":" + secret);
    });
}

class Webhook : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        NAVETTE_NEEDS("webhooks");
        ASSERT_TRUE(subject().secrets.contains(subject().webhook_secret)) << "the subject has no such secret";
        if (!object().pulled) {
            GTEST_SKIP() << "a " << object().object << " is never read back";
        }
    }

    static json::object creation() { return {{"object", object().object}}; }
    static json::object edit(const std::string& id) {
        return {{"object", object().object}, {"remote_id", id}};
    }

    static std::set<std::string> keys_of(WebhookSite& site, const sdk::WebhookRequest& request) {
        std::set<std::string> keys;
        for (const auto& event : site.parse(request)) {
            keys.insert(event.deduplication_key);
        }
        return keys;
    }
};
INSTANTIATE_TEST_SUITE_P(Conformance, Webhook, ::testing::ValuesIn(objects()), name_of);

TEST_P(Webhook, IsBelievedByItsSecretOnly) {
    WebhookSite site(subject());
    site.change(creation());
    const auto caught = site.caught();
    ASSERT_THAT(caught, Not(IsEmpty())) << "the stand-in sent nothing";
    for (const auto& request : caught) {
        const auto verdict = site.verify(request, {site.secret()});
        EXPECT_TRUE(verdict.genuine) << verdict.reason;
        EXPECT_TRUE(site.verify(request, {"another-secret", site.secret()}).genuine) << "during a rotation";
        EXPECT_FALSE(site.verify(request, {"another-secret"}).genuine);
        EXPECT_FALSE(site.verify(request, {}).genuine);
        auto unsigned_request = request;
        unsigned_request.headers.clear();
        unsigned_request.path = unsigned_request.path.substr(0, unsigned_request.path.find('?'));
        EXPECT_FALSE(site.verify(unsigned_request, {site.secret()}).genuine);
        if (carries_the_secret(request, site.secret())) {
            continue;
        }
        auto changed = request;
        ASSERT_FALSE(changed.body.empty());
        changed.body[changed.body.size() / 2] ^= 1;
        EXPECT_FALSE(site.verify(changed, {site.secret()}).genuine);
    }
}

TEST_P(Webhook, TellsWhichRecordChanged) {
    WebhookSite site(subject());
    const auto id = site.change(creation());
    std::vector<sdk::WebhookEvent> events;
    for (const auto& request : site.caught()) {
        std::ranges::move(site.parse(request), std::back_inserter(events));
    }
    const auto is_ours = [&](const sdk::WebhookEvent& event) {
        return event.object == object().object && event.remote_id == id;
    };
    EXPECT_TRUE(std::ranges::any_of(events, is_ours)) << "no event of " << object().object << " " << id;
    for (const auto& event : events) {
        EXPECT_FALSE(event.deduplication_key.empty());
        EXPECT_FALSE(event.event_type.empty());
        EXPECT_FALSE(event.deleted);
        EXPECT_FALSE(event.echo) << "somebody else did it";
    }
}

TEST_P(Webhook, SentAgainHasTheSameKey) {
    if (subject().options.number("webhook_tries", 2) == 1) {
        GTEST_SKIP() << "the platform sends each webhook once";
    }
    WebhookSite site(subject());
    site.catcher().refuse(1);
    site.change(creation());
    const auto caught = site.caught(1);
    ASSERT_GE(caught.size(), 2U) << "the stand-in sent nothing again";
    const auto keys = keys_of(site, caught.front());
    EXPECT_THAT(keys, Not(IsEmpty()));
    const auto came_again = std::ranges::count_if(caught, [&](const sdk::WebhookRequest& request) {
        return keys_of(site, request) == keys;
    });
    EXPECT_EQ(came_again, 2);
}

TEST_P(Webhook, OfTwoChangesHasTwoKeys) {
    WebhookSite site(subject());
    const auto id = site.change(creation());
    std::set<std::string> seen;
    const auto first = site.caught();
    for (const auto& request : first) {
        seen.merge(keys_of(site, request));
    }
    for (int again = 0; again < 2; ++again) {
        const auto before = site.caught().size();
        site.change(edit(id));
        const auto caught = site.caught();
        ASSERT_GT(caught.size(), before) << "the stand-in sent nothing";
        for (auto index = before; index < caught.size(); ++index) {
            for (const auto& key : keys_of(site, caught[index])) {
                EXPECT_TRUE(seen.insert(key).second)
                    << "the key " << key << " came before: this change is lost";
            }
        }
    }
}

TEST_P(Webhook, OfADeleteSaysSoOrHintsAtARecordThatIsGone) {
    WebhookSite site(subject());
    const auto id = site.change(creation());
    const auto before = site.caught().size();
    auto deletion = edit(id);
    deletion["delete"] = true;
    site.change(std::move(deletion));
    const auto caught = site.caught();
    for (auto index = before; index < caught.size(); ++index) {
        for (const auto& event : site.parse(caught[index])) {
            if (event.object == object().object && event.remote_id == id) {
                EXPECT_TRUE(site.tells_a_delete(event)) << caught[index].body;
            }
        }
    }
}

TEST_P(Webhook, ThatIsGarbageBreaksNothing) {
    WebhookSite site(subject());
    site.change(creation());
    const auto caught = site.caught();
    ASSERT_THAT(caught, Not(IsEmpty()));
    for (const std::string body :
         {"", "{", "null", "[]", "{}", "[[]]", "<html>503</html>", "\xff\xfe", "0"}) {
        auto garbage = caught.front();
        garbage.body = body;
        const auto events = site.connector().parse(garbage);
        EXPECT_TRUE(!events || std::ranges::all_of(*events, [](const sdk::WebhookEvent& event) {
            return !event.deduplication_key.empty();
        })) << body;
        EXPECT_GE(site.connector().acknowledge(garbage).status, 200);
    }
}

}  // namespace
}  // namespace navette::conformance
