// The files of a bulk operation, and which record a result belongs to.
#include "bulk_file.hpp"

#include "bulk_records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace navette::shopify {
namespace {

TEST(ShopifyBulkFile, EachLineIsOneObjectWhateverItsTextHolds) {
    const auto line = line_of({{"input", json::object{{"note", "two\nlines \"quoted\""}}}});
    EXPECT_EQ(line, "{\"input\":{\"note\":\"two\\nlines \\\"quoted\\\"\"}}\n");
}

TEST(ShopifyBulkFile, TheFormHoldsTheParametersInTheirOrderAndTheFileLast) {
    const auto form =
        upload_form({{"key", "tmp/1/vars"}, {"acl", "private"}}, "navette.jsonl", "text/jsonl", "{}\n{}\n");
    ASSERT_TRUE(form);
    constexpr std::string_view kType = "multipart/form-data; boundary=";
    ASSERT_TRUE(form->content_type.starts_with(kType)) << form->content_type;
    const auto mark = "--" + form->content_type.substr(kType.size());
    EXPECT_EQ(
        form->body,
        mark + "\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\ntmp/1/vars\r\n" +  //
            mark + "\r\nContent-Disposition: form-data; name=\"acl\"\r\n\r\nprivate\r\n" + mark +
            "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"navette.jsonl\"\r\n" +
            "Content-Type: text/jsonl\r\n\r\n{}\n{}\n\r\n" + mark + "--\r\n"
    );
}

TEST(ShopifyBulkFile, AParameterThatWouldBreakOutOfTheFormIsRefused) {
    EXPECT_FALSE(upload_form({{"key", "a\r\nb"}}, "f", "text/jsonl", "{}\n"));
    EXPECT_FALSE(upload_form({{"k\"x", "a"}}, "f", "text/jsonl", "{}\n"));
}

TEST(ShopifyBulkFile, ResultsAreFoundByTheirLineInAnyOrder) {
    const auto results = results_by_line(
        "{\"data\":{\"n\":2},\"__lineNumber\":2}\n"
        "{\"data\":{\"n\":0},\"__lineNumber\":0}\n"
        "{\"id\":\"child\",\"__parentId\":\"x\"}\n"
        "{\"data\":{\"n\":1},\"__lineNumber\":1}"  // the last line is not ended
    );
    ASSERT_EQ(results.size(), 3U);
    for (std::size_t line = 0; line < 3; ++line) {
        EXPECT_EQ(results.at(line).at("data").at("n"), json::value(line)) << line;
    }
}

TEST(ShopifyBulkFile, WhatCannotBeReadOrIsToldTwiceIsLeftOut) {
    const auto results = results_by_line(
        "{\"data\":{},\"__lineNumber\":0}\n{\"data\":{},\"__lineNumber\":1}\n"
        "{\"data\":{},\"__lineNumber\":1}\n{\"data\":{},\"__lineNumber\":-1}\n\n{\"data\":{},\"__lineNum"
    );
    EXPECT_EQ(results.size(), 1U);
    EXPECT_TRUE(results.contains(0));
}

TEST(ShopifyBulkFile, AnAddressIsSplitIntoItsOriginAndTheRestAsItWasSigned) {
    const auto results = address_of("https://storage.googleapis.com/shop/x?Signature=a%2Fb%3D&x=1");
    ASSERT_TRUE(results);
    EXPECT_EQ(results->origin, "https://storage.googleapis.com");
    EXPECT_EQ(results->path, "/shop/x?Signature=a%2Fb%3D&x=1");
    const auto bare = address_of("https://shopify-staged-uploads.storage.googleapis.com");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->path, "/");
    for (const auto* wrong : {"", "storage.googleapis.com/x", "https://", "https:///x", "://x"}) {
        EXPECT_FALSE(address_of(wrong)) << wrong;
    }
}

TEST(ShopifyBulkFile, AResultIsHeldAgainstItsLine) {
    const json::object by_mail{{"identifier", json::object{{"email", "jane@x.test"}}}};
    EXPECT_TRUE(shows_customer(by_mail, {{"id", "c1"}, {"email", "Jane@x.test"}}));
    EXPECT_FALSE(shows_customer(by_mail, {{"id", "c1"}, {"email", "joe@x.test"}}));
    const json::object by_id{{"identifier", json::object{{"id", "c1"}}}};
    EXPECT_TRUE(shows_customer(by_id, {{"id", "c1"}, {"email", "other@x.test"}}));
    EXPECT_FALSE(shows_customer(by_id, {{"id", "c2"}}));
    const auto product =
        json::parse(R"({"identifier":{"customId":{"value":"k-1"}},"input":{"title":"Tea"}})").as_object();
    EXPECT_TRUE(
        shows_product(product, json::parse(R"({"title":"X","metafield":{"value":"k-1"}})").as_object())
    );
    EXPECT_FALSE(
        shows_product(product, json::parse(R"({"title":"Tea","metafield":{"value":"k-2"}})").as_object())
    );
    EXPECT_TRUE(shows_product(product, json::parse(R"({"title":"Tea","metafield":null})").as_object()));
    EXPECT_FALSE(shows_product(product, json::parse(R"({"title":"Cup","metafield":null})").as_object()));
}

}  // namespace
}  // namespace navette::shopify
