// An io_context, a client that may call 127.0.0.0/8, and a way to run one coroutine to its end.
#pragma once

#include "daemon/outbound/http_client.hpp"
#include "loopback_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace navette::outbound::test {

class HttpClientFixture : public testing::Test {
  protected:
    static void SetUpTestSuite() { curl_global_init(CURL_GLOBAL_DEFAULT); }

    static AddressPolicy loopback_allowed() { return *AddressPolicy::allowing({"127.0.0.0/8"}); }

    static WireRequest request(sdk::Method method, std::string url, std::string body = "") {
        WireRequest wire;
        wire.method = method;
        wire.url = std::move(url);
        wire.body = std::move(body);
        wire.timeout = std::chrono::seconds(60);  // never what ends a test: run and run_until give up sooner
        return wire;
    }
    static WireRequest get(std::string url) { return request(sdk::Method::get, std::move(url)); }
    static WireRequest post(std::string url) { return request(sdk::Method::post, std::move(url), "{}"); }

    /// Runs the io_context until `task` has ended.
    template <class T>
    T run(sdk::Task<T> task) {
        std::optional<T> value;
        boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T result) {
            EXPECT_EQ(error, nullptr);
            value = std::move(result);
            io.stop();
        });
        io.restart();
        io.run_for(std::chrono::seconds(20));
        EXPECT_TRUE(value) << "the coroutine has not ended";
        return value ? std::move(*value) : T{};
    }

    /// Runs the io_context until `condition` holds.
    template <class Condition>
    void run_until(Condition condition) {
        io.restart();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            io.run_one_for(std::chrono::milliseconds(100));
        }
        EXPECT_TRUE(condition()) << "waited in vain";
    }

    sdk::HttpResult send(WireRequest wire) { return run(client->send(std::move(wire))); }

    /// Begins a call whose result arrives in the returned place while the io_context runs.
    std::shared_ptr<std::optional<sdk::HttpResult>> begin(WireRequest wire) {
        auto place = std::make_shared<std::optional<sdk::HttpResult>>();
        boost::asio::co_spawn(
            io,
            client->send(std::move(wire)),
            [place](std::exception_ptr, sdk::HttpResult result) { *place = std::move(result); }
        );
        return place;
    }

    boost::asio::io_context io;
    std::unique_ptr<HttpClient> client = std::make_unique<HttpClient>(io.get_executor(), loopback_allowed());
};

inline void expect_failure(
    const sdk::HttpResult& result, sdk::TransportFailure::Kind kind, std::string_view words = ""
) {
    ASSERT_FALSE(result) << "an answer with status " << result->status;
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
}

}  // namespace navette::outbound::test
