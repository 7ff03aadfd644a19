// What the tests of Shopify's stand-in share: a site, and GraphQL calls to it.
#pragma once

#include "tests/standin/site_in_process.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace navette::standin {

inline SiteOptions one_try(SiteOptions options = {}) {
    options.set("webhook_tries", "1");
    return options;
}

class ShopifySiteTest : public ::testing::Test {
  protected:
    explicit ShopifySiteTest(const SiteOptions& options = one_try())
        : site_("shopify", options), client_(site_.port(), {{"X-Shopify-Access-Token", "shpat_1"}}) {}

    Reply send(std::string_view document, const std::string& variables = "{}") {
        boost::json::object body;
        body["query"] = document;
        body["variables"] = boost::json::parse(variables);
        return client_.send("POST", "/admin/api/2026-10/graphql.json", boost::json::serialize(body));
    }
    boost::json::value answer(std::string_view document, const std::string& variables = "{}") {
        return send(document, variables).json();
    }
    /// The first member of `data`.
    boost::json::value data(std::string_view document, const std::string& variables = "{}") {
        const auto whole = answer(document, variables);
        const auto* members = whole.as_object().if_contains("data");
        if (members == nullptr || whole.as_object().contains("errors")) {
            ADD_FAILURE() << boost::json::serialize(whole);
            return nullptr;
        }
        return members->as_object().begin()->value();
    }
    /// The code of the first of `errors`; "none" where there is none.
    std::string error_code(std::string_view document, const std::string& variables = "{}") {
        const auto whole = answer(document, variables);
        const auto* errors = whole.as_object().if_contains("errors");
        return errors == nullptr ? "none"
                                 : std::string(errors->at(0).at("extensions").at("code").as_string());
    }
    /// The first userError as "field.path code: message", or "none".
    std::string user_error(std::string_view document, const std::string& variables = "{}") {
        const auto payload = data(document, variables);
        const auto& errors = payload.at("userErrors").as_array();
        if (errors.empty()) {
            return "none";
        }
        const auto& error = errors.front().as_object();
        std::string text;
        if (error.at("field").is_array()) {
            for (const auto& part : error.at("field").as_array()) {
                text += (text.empty() ? "" : ".") + std::string(part.as_string());
            }
        }
        if (const auto* code = error.if_contains("code")) {
            text += " " + std::string(code->as_string());
        }
        return text + ": " + std::string(error.at("message").as_string());
    }
    std::int64_t count(const std::string& kind, const std::string& what = "creates") {
        const auto effects = site_.effects();
        const auto& counted = effects.at(kind).as_object();
        if (what == "creates") {
            return counted.at("creates").as_int64();
        }
        const auto* number = counted.at("changes").as_object().if_contains(what);
        return number == nullptr ? 0 : number->as_int64();
    }

    SiteInProcess site_;
    BlockingClient client_;
};

}  // namespace navette::standin
