// What the tests of WooCommerce's stand-in share: a site that takes Basic, and calls to it.
#pragma once

#include "tests/standin/site_in_process.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace navette::standin {

inline SiteOptions with_tls(SiteOptions options = {}) {
    options.set("tls", "true");
    options.set("webhook_tries", "1");
    return options;
}

class WooCommerceSiteTest : public ::testing::Test {
  protected:
    explicit WooCommerceSiteTest(const SiteOptions& options = with_tls()) : site_("woocommerce", options) {}

    static std::string basic(const std::string& key, const std::string& secret) {
        return "Basic " + sdk::base64(key + ":" + secret);
    }

    Reply call(const std::string& method, const std::string& path, const std::string& body = "") {
        return client_.send(method, "/wp-json/wc/v3" + path, body);
    }
    boost::json::value get(const std::string& path) { return call("GET", path).json(); }
    /// Makes a record and answers its id.
    std::int64_t made(const std::string& path, const std::string& body) {
        const auto reply = call("POST", path, body);
        EXPECT_EQ(reply.status, 201U) << reply.body;
        return reply.status == 201 ? reply.json().at("id").as_int64() : 0;
    }
    static std::string code(const Reply& reply) { return code(reply.json()); }
    static std::string code(const boost::json::value& error) {
        const auto* object = error.if_object();
        return object != nullptr && object->contains("code") ? std::string(object->at("code").as_string())
                                                             : "no error: " + boost::json::serialize(error);
    }
    static std::string text(const boost::json::value& object, const char* name) {
        return std::string(object.at(name).as_string());
    }
    std::int64_t creates(const char* kind) {
        return site_.effects().at(kind).at("creates").to_number<std::int64_t>();
    }

    SiteInProcess site_;
    BlockingClient client_{site_.port(), {{"Authorization", basic("ck_1", "cs_1")}}};
};

}  // namespace navette::standin
