// The file of a bulk query: records and children are joined wherever the file was cut into pieces.
#include "joined_lines.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::shopify {
namespace {

using ::testing::HasSubstr;

constexpr Children kLines{"lineItems", kAllChildren};
constexpr std::size_t kNoLimit = 1'000;

std::string order(const std::string& id) {
    return R"({"id":")" + id + R"(","note":"a\nb"})" + "\n";
}
std::string line(const std::string& order, const std::string& title) {
    return R"({"id":"l","title":")" + title + R"(","__parentId":")" + order + "\"}\n";
}

/// What the text holds, read in pieces of that many bytes from wherever the last page ended, as the file is.
std::vector<json::object> read_in_pieces(const std::string& text, std::size_t length, std::size_t most) {
    std::vector<json::object> all;
    for (std::size_t at = 0; at < text.size();) {
        for (auto size = length;; size *= 2) {
            const auto piece = std::string_view(text).substr(at, size);
            auto joined = join_lines(piece, at + piece.size() == text.size(), most, kLines);
            if (!joined) {
                ADD_FAILURE() << joined.error();
                return all;
            }
            if (joined->records.empty()) {
                continue;  // a piece that holds no whole record is fetched again, larger
            }
            EXPECT_LE(joined->records.size(), most);
            all.insert(all.end(), joined->records.begin(), joined->records.end());
            at += joined->taken;
            break;
        }
    }
    return all;
}

TEST(JoinedLines, ARecordGetsTheChildrenThatFollowIt) {
    const auto text =
        order("o1") + line("o1", "tea") + line("o1", "cup") + order("o2") + order("o3") + line("o3", "pot");
    const auto joined = join_lines(text, true, kNoLimit, kLines);
    ASSERT_TRUE(joined) << joined.error();
    EXPECT_EQ(joined->taken, text.size());
    ASSERT_EQ(joined->records.size(), 3U);
    EXPECT_EQ(
        json::serialize(joined->records[0].at("lineItems")),
        R"({"nodes":[{"id":"l","title":"tea"},{"id":"l","title":"cup"}]})"
    );
    EXPECT_EQ(json::serialize(joined->records[1].at("lineItems")), R"({"nodes":[]})");
    EXPECT_EQ(joined->records[2].at("note"), "a\nb");
}

TEST(JoinedLines, TheSameRecordsComeWhereverTheFileIsCut) {
    std::string text;
    for (int n = 0; n < 9; ++n) {
        const auto id = "o" + std::to_string(n);
        text += order(id);
        for (int child = 0; child < n % 4; ++child) {
            text += line(id, "größer " + std::to_string(child));
        }
    }
    text.pop_back();  // the last line may come without its end
    const auto whole = join_lines(text, true, kNoLimit, kLines);
    ASSERT_TRUE(whole) << whole.error();
    ASSERT_EQ(whole->records.size(), 9U);
    for (std::size_t length = 1; length <= text.size(); ++length) {
        EXPECT_EQ(read_in_pieces(text, length, kNoLimit), whole->records) << length;
        EXPECT_EQ(read_in_pieces(text, length, 2), whole->records) << length;
    }
}

TEST(JoinedLines, ARecordWhoseChildrenMayGoOnBehindTheEndIsLeftToTheNextPiece) {
    const auto text = order("o1") + order("o2") + line("o2", "tea");
    const auto joined = join_lines(text, false, kNoLimit, kLines);
    ASSERT_TRUE(joined) << joined.error();
    EXPECT_EQ(joined->records.size(), 1U);
    EXPECT_EQ(joined->taken, order("o1").size());
}

TEST(JoinedLines, OfManyChildrenTheFirstAreKept) {
    const auto text = order("p1") + line("p1", "a") + line("p1", "b") + line("p1", "c");
    const auto joined = join_lines(text, true, kNoLimit, {"variants", 2});
    ASSERT_TRUE(joined) << joined.error();
    EXPECT_EQ(joined->records.at(0).at("variants").at("nodes").as_array().size(), 2U);
}

TEST(JoinedLines, AFileOfAnotherKindIsNotBelieved) {
    const auto complaint = [](const std::string& text, Children children = kLines) {
        const auto joined = join_lines(text, true, kNoLimit, children);
        return joined ? std::string("none") : joined.error();
    };
    EXPECT_THAT(complaint(order("o1") + "<html>\n"), HasSubstr("no JSON"));
    EXPECT_THAT(complaint(order("o1") + R"({"id":)"), HasSubstr("no JSON"));
    EXPECT_THAT(complaint("[1]\n"), HasSubstr("no JSON"));
    EXPECT_THAT(complaint(line("o1", "tea")), HasSubstr("another record"));
    EXPECT_THAT(complaint(order("o1") + order("o2") + line("o1", "tea")), HasSubstr("another record"));
    EXPECT_THAT(complaint(order("c1") + line("c1", "tea"), {}), HasSubstr("another record"));
    EXPECT_THAT(complaint(R"({"title":"tea"})"), HasSubstr("no id"));
    EXPECT_EQ(complaint(""), "none");
    EXPECT_EQ(complaint("\n" + order("o1") + "\n\n"), "none");
}

}  // namespace
}  // namespace navette::shopify
