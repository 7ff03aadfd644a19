// Bulk operations of the Shopify stand-in: a strict upload on another host, lines in the background at no
// cost and in no order, and every way in which they end.
#include "tests/unit/standin/shopify_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>
#include <string>

namespace navette::standin {
namespace {

namespace json = boost::json;

constexpr auto kStage =
    "mutation($input:[StagedUploadInput!]!){stagedUploadsCreate(input:$input){stagedTargets{url "
    "parameters{name value}} userErrors{field message}}}";
constexpr auto kRun =
    "mutation($mutation:String!,$path:String!){bulkOperationRunMutation(mutation:$mutation,stagedUploadPath:$"
    "path){bulkOperation{id status} userErrors{code field message}}}";
constexpr auto kState = "query($id:ID!){bulkOperation(id:$id){id status errorCode url partialDataUrl}}";
constexpr auto kCancel =
    "mutation($id:ID!){bulkOperationCancel(id:$id){bulkOperation{id} userErrors{field message}}}";
constexpr auto kSet =
    "mutation call($identifier:CustomerSetIdentifiers!,$input:CustomerSetInput!)"
    "{customerSet(identifier:$identifier,input:$input){customer{id email} userErrors{code field message}}}";

class ShopifyBulkSite : public ShopifySiteTest {
  protected:
    ShopifyBulkSite() { files_.set_header("Host", "localhost:" + std::to_string(site_.port())); }

    struct Place {
        std::string url;
        json::array parameters;
        std::string key;
    };
    Place stage() {
        client_.set_header("Host", "127.0.0.1:" + std::to_string(site_.port()));
        const auto staged = data(
            kStage,
            R"({"input":[{"resource":"BULK_MUTATION_VARIABLES","filename":"v","mimeType":"text/jsonl","httpMethod":"POST"}]})"
        );
        const auto& target = staged.at("stagedTargets").at(0);
        Place place;
        place.url = std::string(target.at("url").as_string());
        place.parameters = target.at("parameters").as_array();
        place.key = std::string(place.parameters.at(0).at("value").as_string());
        return place;
    }
    static std::string part(const std::string& head, const std::string& content) {
        return "--b\r\nContent-Disposition: form-data; name=" + head + "\r\n\r\n" + content + "\r\n";
    }
    static std::string fields(const json::array& parameters) {
        std::string form;
        for (const auto& parameter : parameters) {
            form += part(
                "\"" + std::string(parameter.at("name").as_string()) + "\"",
                std::string(parameter.at("value").as_string())
            );
        }
        return form;
    }
    static std::string file(const std::string& lines) {
        return part("\"file\"; filename=\"v\"\r\nContent-Type: text/jsonl", lines);
    }
    unsigned upload(const std::string& form) {
        files_.set_header("Content-Type", "multipart/form-data; boundary=b");
        return files_.send("POST", "/staged-uploads", form + "--b--\r\n").status;
    }
    static std::string lines(int count) {
        std::string text;
        for (int n = 0; n < count; ++n) {
            const auto email = "\"c" + std::to_string(n) + "@x.test\"";
            text += "{\"identifier\":{\"email\":" + email + "},\"input\":{\"email\":" + email + "}}\n";
        }
        return text;
    }
    json::value run(const std::string& key, const std::string& mutation = kSet) {
        return data(kRun, json::serialize(json::object{{"mutation", mutation}, {"path", key}}));
    }
    /// The id of an operation over so many customers.
    std::string begun(int count, const std::string& switches = "{}") {
        site_.control("POST", "bulk", switches);
        const auto place = stage();
        EXPECT_EQ(upload(fields(place.parameters) + file(lines(count))), 201U);
        return std::string(run(place.key).at("bulkOperation").at("id").as_string());
    }
    json::value state(const std::string& id) { return data(kState, R"({"id":")" + id + "\"}"); }
    Reply results(const json::value& url) {
        const std::string text(url.as_string());
        return files_.send("GET", text.substr(text.find('/', 7)));
    }

    BlockingClient files_{site_.port()};
};

TEST_F(ShopifyBulkSite, RunsTheLinesInAnotherOrderAndAtNoCost) {
    const auto id = begun(20);
    const auto over = state(id);
    EXPECT_EQ(over.at("status"), "COMPLETED");
    EXPECT_EQ(count("customers"), 20);
    const auto reply = results(over.at("url"));
    ASSERT_EQ(reply.status, 200U);
    std::vector<std::int64_t> order;
    std::istringstream text(reply.body);
    for (std::string line; std::getline(text, line);) {
        const auto read = json::parse(line);
        order.push_back(read.at("__lineNumber").as_int64());
        EXPECT_EQ(
            read.at("data").at("customerSet").at("customer").at("email"),
            json::value("c" + std::to_string(order.back()) + "@x.test")
        );
    }
    EXPECT_EQ(std::set(order.begin(), order.end()).size(), 20U);
    EXPECT_FALSE(std::ranges::is_sorted(order));
}

TEST_F(ShopifyBulkSite, TakesItsTimeForEachLineHoweverOftenItIsAsked) {
    constexpr std::chrono::milliseconds kLine{20};
    const auto began = std::chrono::steady_clock::now();
    const auto id = begun(100, R"({"line_ms":20})");
    for (std::int64_t made = 0; made < 5;) {
        state(id);
        made = count("customers");
        ASSERT_LE(made * kLine, std::chrono::steady_clock::now() - began) << made << " lines";
    }
}

TEST_F(ShopifyBulkSite, TakesAnUploadOnlyAsItsPolicySaysAndOnlyOnItsOwnHost) {
    const auto place = stage();
    EXPECT_EQ(place.url, "http://localhost:" + std::to_string(site_.port()) + "/staged-uploads");
    auto swapped = place.parameters;
    std::swap(swapped[1], swapped[2]);
    auto fewer = place.parameters;
    fewer.pop_back();
    EXPECT_EQ(upload(fields(swapped) + file(lines(1))), 400U);
    EXPECT_EQ(upload(fields(fewer) + file(lines(1))), 400U);
    EXPECT_EQ(upload(file(lines(1)) + fields(place.parameters)), 400U);
    EXPECT_EQ(upload(fields(place.parameters) + file("")), 400U);
    files_.set_header("X-Shopify-Access-Token", "shpat_1");
    EXPECT_EQ(upload(fields(place.parameters) + file(lines(1))), 400U) << "credentials leak to another host";
    files_.set_header("X-Shopify-Access-Token", "");
    files_.set_header("Host", "127.0.0.1:" + std::to_string(site_.port()));
    EXPECT_EQ(upload(fields(place.parameters) + file(lines(1))), 404U);
    EXPECT_EQ(run(place.key).at("userErrors").at(0).at("code"), "NO_SUCH_FILE");
    files_.set_header("Host", "localhost:" + std::to_string(site_.port()));
    EXPECT_EQ(upload(fields(place.parameters) + file(lines(1))), 201U);
    EXPECT_EQ(run(place.key, "query{shop{name}}").at("userErrors").at(0).at("code"), "INVALID_MUTATION");
    EXPECT_TRUE(run(place.key).at("userErrors").as_array().empty());
}

TEST_F(ShopifyBulkSite, RunsFiveAtOnceAndNoMore) {
    for (int n = 0; n < 5; ++n) {
        begun(1, R"({"start_ms":3600000})");
    }
    const auto place = stage();
    EXPECT_EQ(upload(fields(place.parameters) + file(lines(1))), 201U);
    EXPECT_EQ(run(place.key).at("userErrors").at(0).at("code"), "LIMIT_REACHED");
    EXPECT_EQ(count("customers"), 0);
}

TEST_F(ShopifyBulkSite, EndsInEveryWay) {
    auto ended = state(begun(10, R"({"fail_after":4})"));
    EXPECT_EQ(ended.at("status"), "FAILED");
    EXPECT_EQ(ended.at("errorCode"), "INTERNAL_SERVER_ERROR");
    EXPECT_TRUE(ended.at("url").is_null());
    const auto partial = results(ended.at("partialDataUrl"));
    EXPECT_EQ(std::ranges::count(partial.body, '\n'), 4);
    EXPECT_EQ(count("customers"), 4);

    ended = state(begun(10, R"({"expire":true})"));
    EXPECT_EQ(ended.at("status"), "EXPIRED");
    EXPECT_TRUE(ended.at("url").is_null());

    const auto waiting = begun(10, R"({"start_ms":3600000})");
    EXPECT_EQ(state(waiting).at("status"), "CREATED");
    EXPECT_EQ(user_error(kCancel, R"({"id":")" + waiting + "\"}"), "none");
    EXPECT_EQ(state(waiting).at("status"), "CANCELED");
    EXPECT_NE(user_error(kCancel, R"({"id":")" + waiting + "\"}"), "none");

    ended = state(begun(2, R"({"gone":1})"));
    EXPECT_EQ(results(ended.at("url")).status, 403U);
    EXPECT_EQ(results(ended.at("url")).status, 200U);
    EXPECT_EQ(results("http://x/bulk-results/1.jsonl?Signature=made-up").status, 403U);
}

TEST_F(ShopifyBulkSite, TellsAnErrorOfItsLine) {
    const auto place = stage();
    const std::string wrong =
        "{\"identifier\":{\"email\":\"a@x.test\"},\"input\":{\"unknown\":1}}\nnothing\n";
    EXPECT_EQ(upload(fields(place.parameters) + file(wrong)), 201U);
    const auto over = state(std::string(run(place.key).at("bulkOperation").at("id").as_string()));
    const auto reply = results(over.at("url"));
    EXPECT_NE(reply.body.find("INVALID_VARIABLE"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("INVALID_JSON"), std::string::npos) << reply.body;
    EXPECT_EQ(count("customers"), 0);
}

}  // namespace
}  // namespace navette::standin
