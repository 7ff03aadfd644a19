#include "daemon/http/openapi.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace navette::http {
namespace {

constexpr std::string_view kGet = R"({"paths":{"/a":{"get":{}}}})";
constexpr std::string_view kSchema = R"({"components":{"schemas":{"A":{}}}})";

void try_to_merge(const std::vector<std::string_view>& parts) {
    (void)merge_openapi(parts);
}

TEST(OpenApi, ThePartsOfTheTreeMakeOneDocument) {
    const auto whole = merge_openapi(openapi_parts());
    EXPECT_EQ(whole.at("openapi").as_string(), "3.1.0");
    EXPECT_TRUE(whole.at("paths").as_object().contains("/api/v1/integrations"));
    EXPECT_TRUE(whole.at("components").at("schemas").as_object().contains("Problem"));
}

TEST(OpenApi, PartsMayShareAPathButNoName) {
    const auto whole = merge_openapi(
        {R"({"tags":[1],"paths":{"/a":{"get":{}}},"components":{"schemas":{"A":{}}}})",
         R"({"tags":[2],"paths":{"/a":{"post":{}},"/b":{}},"components":{"schemas":{"B":{}}}})"}
    );
    EXPECT_EQ(
        boost::json::serialize(whole),
        R"({"tags":[1,2],"paths":{"/a":{"get":{},"post":{}},"/b":{}},"components":{"schemas":{"A":{},"B":{}}}})"
    );
    EXPECT_THROW(try_to_merge({kGet, kGet}), std::logic_error);
    EXPECT_THROW(try_to_merge({kSchema, kSchema}), std::logic_error);
    EXPECT_THROW(try_to_merge({"[]"}), std::logic_error);
}

}  // namespace
}  // namespace navette::http
