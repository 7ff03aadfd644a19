#include "daemon/sync/record_hash.hpp"

#include "daemon/sync/siphash.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace navette::sync {
namespace {

namespace json = boost::json;

std::string hash(const char* text) {
    return record_hash(json::parse(text));
}

TEST(SipHash, GivesTheReferenceImplementationsVectors) {
    const auto of_first_bytes = [](int count) {
        std::string bytes;
        for (int i = 0; i < count; ++i) {
            bytes.push_back(static_cast<char>(i));
        }
        return siphash128_hex(bytes, 0x0706050403020100U, 0x0f0e0d0c0b0a0908U);
    };
    EXPECT_EQ(of_first_bytes(0), "a3817f04ba25a8e66df67214c7550293");
    EXPECT_EQ(of_first_bytes(1), "da87c1d86b99af44347659119b22fc45");
    EXPECT_EQ(of_first_bytes(2), "8177228da4a45dc7fca38bdef60affe4");
    EXPECT_EQ(of_first_bytes(15), "5493e99933b0a8117e08ec0f97cfc3d9");
    EXPECT_EQ(of_first_bytes(16), "6ee2a4ca67b054bbfd3315bf85230577");
    EXPECT_EQ(of_first_bytes(63), "5150d1772f50834a503e069a973fbd7c");
}

TEST(RecordHash, IgnoresTheOrderOfKeys) {
    EXPECT_EQ(hash(R"({"a":1,"b":{"c":2,"d":3}})"), hash(R"({"b":{"d":3,"c":2},"a":1})"));
}

TEST(RecordHash, IgnoresTheSpellingOfNumbers) {
    EXPECT_EQ(hash("[1, 0, 1.5, 1000000]"), hash("[1.0, -0.0, 15e-1, 1e6]"));
    EXPECT_EQ(hash("[-9223372036854775808]"), hash("[-9.223372036854775808e18]"));
    EXPECT_EQ(record_hash(json::value(18446744073709549568.0)), hash("18446744073709549568"));
    EXPECT_EQ(record_hash(json::value(std::uint64_t{7})), record_hash(json::value(std::int64_t{7})));
}

TEST(RecordHash, FractionsCountToFifteenDigits) {
    EXPECT_EQ(hash("0.10000000000000002"), hash("0.1"));
    EXPECT_NE(hash("0.10000000000001"), hash("0.1"));
    EXPECT_NE(hash("19.99"), hash("19.98"));
}

TEST(RecordHash, TellsDifferentValuesApart) {
    const std::set<std::string> hashes{
        hash("null"),
        hash("false"),
        hash("true"),
        hash("0"),
        hash("1"),
        hash("\"1\""),
        hash("\"\""),
        hash("[]"),
        hash("{}"),
        hash("[[]]"),
        hash("[1,2]"),
        hash("[2,1]"),
        hash("[12]"),
        hash("[\"1,2\"]"),
        hash(R"(["a","b"])"),
        hash(R"(["ab"])"),
        hash(R"({"a":"b"})"),
        hash(R"({"ab":""})"),
        hash(R"({"":"ab"})"),
        hash(R"({"a":null})"),
        hash("1.5"),
        hash("[{}]"),
        hash("[[],[]]"),
        hash("[[[]]]"),
        hash("9223372036854775807"),
        hash("9223372036854775808"),
    };
    EXPECT_EQ(hashes.size(), 26U);
}

TEST(RecordHash, IsTheSameInEveryVersion) {
    EXPECT_EQ(
        canonical_text(json::parse(R"({"b":[1.0,"é",null],"a":{"x":true,"y":-2.5}})")),
        "{2;1:a{2;1:xt1:y#-2.5;1:b[3;#1;\"2:én"
    );
    EXPECT_EQ(hash(R"({"b":[1.0,"é",null],"a":{"x":true,"y":-2.5}})"), "db2ad5992188314a2182590fed15111d");
}

TEST(RecordHash, HasNoLimitOfDepth) {
    json::parse_options options;
    options.max_depth = 2'000;
    const std::string deep = std::string(1'999, '[') + std::string(1'999, ']');
    EXPECT_EQ(record_hash(json::parse(deep, {}, options)).size(), 32U);
}

}  // namespace
}  // namespace navette::sync
