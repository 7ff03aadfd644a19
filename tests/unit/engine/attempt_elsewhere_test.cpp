// Requests to another server than the integration's (HttpRequest::at): which ones may leave, what they carry,
// and what is kept of them.
#include "daemon/engine/attempt.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class KeepingTransport final : public Transport {
  public:
    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        sent.push_back(std::move(request));
        sdk::HttpResponse response;
        response.status = 200;
        response.headers = {{"X-Signature", "of the answer"}};
        response.body = "the records";
        co_return response;
    }

    std::vector<outbound::WireRequest> sent;
};

class Elsewhere : public ::testing::Test {
  protected:
    std::shared_ptr<const Integration> integration(const std::string& base_url = "https://shop.test/api") {
        auto connector = std::make_shared<plugins::LoadedConnector>();
        auto& manifest = connector->manifest;
        manifest.slug = "shop";
        manifest.base_url = base_url;
        manifest.hosts = {"files.example.com", "*.cdn.example.com"};
        auto& auth = manifest.auth.emplace_back();
        auth.type = config::AuthSpec::Type::api_key;
        auth.header = "Authorization";
        auth.value = "Bearer planted";
        auto& limit = manifest.limits.emplace_back();
        limit.requests = 1;
        limit.per = std::chrono::hours(1);
        store::IntegrationRow row;
        row.key = {"acme", "int_1"};
        row.slug = "shop";
        auto made = Integration::assemble(row, plugins::Inventory({connector}, {}), std::nullopt);
        EXPECT_TRUE(made) << made.error().message;
        account_ = accounts_.of("shop", manifest);
        return *made;
    }

    /// The sentence of the refusal; empty where it may leave.
    static std::string refusal(
        const Integration& from, const std::string& origin, const std::string& path = "/x"
    ) {
        const auto wire = from.address_elsewhere(sdk::HttpRequest::get(path).at(origin));
        return wire ? "" : wire.error().message;
    }

    sdk::HttpResult send(AttemptSession& session, sdk::HttpRequest request) {
        std::optional<sdk::HttpResult> result;
        auto sending = [](AttemptSession& by, sdk::HttpRequest what, std::optional<sdk::HttpResult>& to
                       ) -> asio::awaitable<void> { to = co_await by.send(std::move(what)); };
        asio::co_spawn(context_, sending(session, std::move(request), result), asio::detached);
        context_.restart();
        context_.poll();
        if (!result) {
            ADD_FAILURE() << "it waits for a limit";
            return std::unexpected(sdk::TransportFailure(sdk::TransportFailure::Kind::not_sent, "waits"));
        }
        return *result;
    }

    static sdk::HttpRequest upload() {
        auto request = sdk::HttpRequest::put("/bucket/a.jsonl")
                           .at("https://files.example.com")
                           .with_query("X-Signature", "signed & sealed")
                           .with_header("X-Policy", "secret policy");
        request.body = "five!";
        return request;
    }

    asio::io_context context_{1};
    Accounts accounts_{context_.get_executor()};
    std::shared_ptr<Account> account_;
    KeepingTransport transport_;
    SessionMemory memory_;
};

TEST_F(Elsewhere, OnlyTheManifestsHostsAreReached) {
    const auto shop = integration();
    EXPECT_EQ(refusal(*shop, "https://files.example.com"), "");
    EXPECT_EQ(refusal(*shop, "https://files.example.com:8443"), "");
    EXPECT_EQ(refusal(*shop, "https://FILES.example.com"), "");
    EXPECT_EQ(refusal(*shop, "https://eu.cdn.example.com"), "");
    EXPECT_EQ(refusal(*shop, "https://a.b.cdn.example.com"), "");
    for (const auto* host :
         {"cdn.example.com",
          "evil.test",
          "files.example.com.evil.test",
          "evilfiles.example.com",
          "evilcdn.example.com",
          "files.example.com.",
          "shop.test",
          "127.0.0.1",
          "[::1]"}) {
        EXPECT_THAT(
            refusal(*shop, "https://" + std::string(host)),
            AllOf(HasSubstr("not among the `hosts`"), HasSubstr("connectors.d"))
        ) << host;
    }
    EXPECT_THAT(refusal(*shop, "https://evil.test"), HasSubstr("the server evil.test"));
}

TEST_F(Elsewhere, AHostIsNotMadeUpOfUserPathOrEscapes) {
    const auto shop = integration();
    EXPECT_THAT(refusal(*shop, "https://evil.test@files.example.com"), Not(IsEmpty()));
    EXPECT_THAT(refusal(*shop, "https://files.example.com@evil.test"), Not(IsEmpty()));
    EXPECT_THAT(refusal(*shop, "https://files.example.com", ".evil.test/x"), Not(IsEmpty()));
    EXPECT_THAT(refusal(*shop, "https://files.example.com", "@evil.test/x"), Not(IsEmpty()));
    EXPECT_THAT(refusal(*shop, "https://evil.test/?", ".cdn.example.com"), Not(IsEmpty()));
    EXPECT_THAT(refusal(*shop, "https://evil.test%2f.cdn.example.com"), Not(IsEmpty()));
    EXPECT_THAT(refusal(*shop, "https://evil.test\\.cdn.example.com"), Not(IsEmpty()));
}

TEST_F(Elsewhere, WhatIsNotEncryptedLeavesOnlyWhereTheIntegrationIsNotEither) {
    const auto sentence = refusal(*integration(), "http://files.example.com");
    EXPECT_THAT(sentence, HasSubstr("no https URL"));
    EXPECT_THAT(refusal(*integration(), "ftp://files.example.com"), HasSubstr("no https URL"));
    EXPECT_THAT(refusal(*integration(), "files.example.com"), HasSubstr("no https URL"));
    const auto plain = integration("http://shop.test");
    EXPECT_EQ(refusal(*plain, "http://files.example.com"), "");
    EXPECT_EQ(refusal(*plain, "https://files.example.com"), "");
    EXPECT_THAT(refusal(*plain, "ftp://files.example.com"), HasSubstr("no https URL"));
}

TEST_F(Elsewhere, ARequestCarriesNoCredentialsAndCountsForNoLimit) {
    const auto shop = integration();
    AttemptSession session(shop, account_, transport_, memory_);
    for (int time = 0; time < 3; ++time) {
        EXPECT_TRUE(send(session, upload()));
    }
    ASSERT_TRUE(send(session, sdk::HttpRequest::get("/own"))) << "the one request of the hour is still there";
    ASSERT_THAT(transport_.sent, SizeIs(4));
    const auto& wire = transport_.sent.front();
    EXPECT_EQ(wire.url, "https://files.example.com/bucket/a.jsonl?X-Signature=signed%20%26%20sealed");
    EXPECT_EQ(wire.body, "five!");
    EXPECT_EQ(sdk::first_header(wire.headers, "Authorization"), "");
    EXPECT_EQ(sdk::first_header(wire.headers, "X-Policy"), "secret policy");
    EXPECT_EQ(sdk::first_header(transport_.sent.back().headers, "Authorization"), "Bearer planted");
}

TEST_F(Elsewhere, NeitherSignaturesNorRecordsAreKeptAsEvidence) {
    AttemptSession session(integration(), account_, transport_, memory_);
    const auto answer = send(session, upload());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "the records");
    ASSERT_THAT(session.exchanges(), SizeIs(1));
    const auto& kept = session.exchanges().front();
    EXPECT_EQ(kept.request.method, sdk::Method::put);
    EXPECT_EQ(kept.request.url, "https://files.example.com/bucket/a.jsonl");
    EXPECT_THAT(kept.request.headers, IsEmpty());
    EXPECT_EQ(kept.request.body, "(5 bytes)");
    EXPECT_EQ(kept.response.status, 200);
    EXPECT_THAT(kept.response.headers, IsEmpty());
    EXPECT_EQ(kept.response.body, "(11 bytes)");
}

TEST_F(Elsewhere, AForeignServerIsRefusedToTheConnectorWithItsSentence) {
    AttemptSession session(integration(), account_, transport_, memory_);
    const auto answer = send(session, sdk::HttpRequest::get("/x").at("https://evil.test"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, sdk::TransportFailure::Kind::refused);
    EXPECT_THAT(answer.error().message, HasSubstr("evil.test"));
    EXPECT_THAT(transport_.sent, IsEmpty());
}

TEST_F(Elsewhere, NothingLeavesOnceTheLeaseHasRunOut) {
    AttemptSession session(integration(), account_, transport_, memory_);
    session.only_while([] { return false; });
    const auto answer = send(session, upload());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, sdk::TransportFailure::Kind::not_sent);
    EXPECT_THAT(transport_.sent, IsEmpty());
}

}  // namespace
}  // namespace navette::engine
