// A bulk operation step by step: what each failure leaves to be done singly, and what must wait.
#include "bulk.hpp"

#include "fixture.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <set>
#include <string>

namespace navette::shopify::test {
namespace {

using ::testing::HasSubstr;

constexpr auto kGraphql = "POST /admin/api/2026-10/graphql.json";
constexpr auto kUpload = "POST /";
constexpr auto kResults = "GET /results?Signature=a%2Fb";

std::string gid(std::size_t number) {
    return "gid://shopify/Customer/" + std::to_string(1000 + number);
}
std::string mail(std::size_t number) {
    return "c" + std::to_string(number) + "@x.test";
}

class Bulk : public ShopifyTest {
  protected:
    Bulk() {
        session_.set_now(sdk::Instant(std::chrono::hours(24)));
        session_.remember("bulk_quiet_customer", nullptr);
    }

    static sdk::Operation customer(std::size_t number) {
        auto made = operation("customer", "{}");
        made.entity_id = std::to_string(number);
        made.key = "shop-customer-" + made.entity_id;
        made.fields = {{"email", mail(number)}, {"firstName", "Jane"}};
        return made;
    }
    static std::vector<sdk::Operation> customers(std::size_t count = kBulkFrom) {
        std::vector<sdk::Operation> batch;
        for (std::size_t number = 0; number < count; ++number) {
            batch.push_back(customer(number));
        }
        return batch;
    }

    /// The looks at which customers exist; all but those do not.
    void expect_looks(std::size_t count, const std::set<std::size_t>& existing = {}) {
        for (std::size_t begin = 0; begin < count; begin += 50) {
            json::object found;
            for (auto at = begin; at < std::min(begin + 50, count); ++at) {
                found["c" + std::to_string(at - begin)] =
                    existing.contains(at) ? json::value(json::object{{"id", gid(at)}}) : json::value();
            }
            session_.expect(kGraphql).answer(200, json::serialize(json::object{{"data", std::move(found)}}));
        }
    }
    void expect_stage() {
        expect(documents::kStageUpload)
            .answer(
                200,
                data(
                    R"("stagedUploadsCreate":{"stagedTargets":[{"url":"https://files.test","parameters":)"
                    R"([{"name":"key","value":"tmp/vars"},{"name":"acl","value":"private"}]}],"userErrors":[]})"
                )
            );
    }
    void expect_begin(std::size_t count = kBulkFrom) {
        expect_looks(count);
        expect_stage();
        session_.expect(kUpload).answer(201);
    }
    ScriptedSession::Exchange& expect_run() {
        json::object variables{{"path", "tmp/vars"}};
        variables["mutation"] = documents::kBulkCustomers;
        return expect(documents::kRunBulk, json::serialize(variables));
    }
    void expect_running() {
        expect_run().answer(
            200,
            data(
                R"("bulkOperationRunMutation":{"bulkOperation":{"id":"b1","status":"CREATED"},"userErrors":[]})"
            )
        );
    }
    void expect_state(const std::string& status, const std::string& more = "") {
        expect(documents::kReadBulk, R"({"id":"b1"})")
            .answer(200, data(R"("bulkOperation":{"id":"b1","status":")" + status + "\"" + more + "}"));
    }
    void expect_completed() {
        expect_state("COMPLETED", R"(,"url":"https://files.test/results?Signature=a%2Fb")");
    }

    static std::string result(std::size_t line) {
        return R"({"data":{"customerSet":{"customer":{"id":")" + gid(line) +
               R"(","updatedAt":"u","email":")" + mail(line) + R"("},"userErrors":[]}},"__lineNumber":)" +
               std::to_string(line) + "}\n";
    }
    static std::string results(std::size_t count, const std::set<std::size_t>& but = {}) {
        std::string text;
        for (auto line = count; line-- > 0;) {
            text += but.contains(line) ? "" : result(line);
        }
        return text;
    }
    /// The single calls of a new customer.
    void expect_single(std::size_t number) {
        expect(documents::kFindCustomer, R"({"email":")" + mail(number) + "\"}")
            .answer(200, data(R"("customerByIdentifier":null)"));
        expect(documents::kSetCustomer)
            .answer(
                200,
                data(
                    R"("customerSet":{"customer":{"id":")" + gid(number) +
                    R"(","updatedAt":"u"},"userErrors":[]})"
                )
            );
    }
    void expect_singles(std::size_t count = kBulkFrom) {
        for (std::size_t number = 0; number < count; ++number) {
            expect_single(number);
        }
    }

    std::vector<sdk::Outcome> push_all(std::vector<sdk::Operation> batch) {
        return run(connector_->push(session_, std::move(batch)));
    }
    static void expect_all_done(const std::vector<sdk::Outcome>& outcomes) {
        for (std::size_t at = 0; at < outcomes.size(); ++at) {
            EXPECT_EQ(outcomes[at].kind, OutcomeKind::done) << at << ": " << outcomes[at].message;
            EXPECT_EQ(outcomes[at].remote_id, gid(at)) << at;
        }
    }
    static void expect_all_wait(const std::vector<sdk::Outcome>& outcomes) {
        ASSERT_EQ(outcomes.size(), kBulkFrom);
        for (const auto& outcome : outcomes) {
            EXPECT_EQ(outcome.kind, OutcomeKind::retry) << outcome.message;
            EXPECT_TRUE(outcome.maybe_applied);
        }
    }
};

TEST_F(Bulk, ManyCustomersGoByOneFileAndEachHasItsOwnOutcome) {
    expect_begin();
    expect_running();
    expect_state("RUNNING");
    expect_completed();
    session_.expect(kResults).answer(200, results(kBulkFrom), "application/jsonl");
    expect_all_done(push_all(customers()));
    const auto& upload = session_.sent()[3];
    EXPECT_EQ(upload.origin, "https://files.test");
    EXPECT_THAT(
        upload.body,
        HasSubstr("\n{\"identifier\":{\"email\":\"c7@x.test\"},\"input\":{\"email\":\"c7@x.test\","
                  "\"firstName\":\"Jane\"}}\n")
    );
    EXPECT_EQ(session_.sent().back().origin, "https://files.test");
}

TEST_F(Bulk, AFewGoSingly) {
    expect_singles(kBulkFrom - 1);
    expect_all_done(push_all(customers(kBulkFrom - 1)));
}

TEST_F(Bulk, ACustomerThatExistsIsWrittenByItsIdAndKeepsItsTagsAndAddresses) {
    auto batch = customers();
    batch[4].fields["tags"] = json::array{"vip"};
    batch[4].fields["address"] = json::object{{"city", "Lyon"}};
    expect_looks(kBulkFrom, {4});
    expect_stage();
    session_.expect(kUpload).answer(201);
    expect_running();
    expect_completed();
    session_.expect(kResults).answer(200, results(kBulkFrom), "application/jsonl");
    expect_all_done(push_all(std::move(batch)));
    EXPECT_THAT(
        session_.sent()[3].body,
        HasSubstr(
            "\n{\"identifier\":{\"id\":\"" + gid(4) +
            "\"},\"input\":{\"email\":\"c4@x.test\",\"firstName\":\"Jane\"}}\n"
        )
    );
}

TEST_F(Bulk, WhatTakesMoreCallsOrSharesAnAddressGoesSinglyAfterwards) {
    auto batch = customers(kBulkFrom + 2);
    batch[0].remote_id = gid(0);  // linked, with an address that is to be changed
    batch[0].fields["address"] = json::object{{"city", "Lyon"}};
    batch[kBulkFrom + 1].fields["email"] = "C5@x.test";  // the same as another one's
    expect_looks(50);
    expect_looks(50);
    expect_stage();
    session_.expect(kUpload).answer(201);
    expect_running();
    expect_completed();
    std::string text;
    for (std::size_t line = 0; line < kBulkFrom; ++line) {
        auto one = json::parse(result(line + 1)).as_object();
        one["__lineNumber"] = line;
        text += json::serialize(one) + "\n";
    }
    session_.expect(kResults).answer(200, text, "application/jsonl");
    expect(documents::kSetCustomer, R"({"identifier":{"id":")" + gid(0) + "\"}}")
        .answer(200, data(R"("customerSet":{"customer":{"id":")" + gid(0) + R"("},"userErrors":[]})"));
    expect(documents::kDefaultAddress).answer(200, data(R"("customer":{"defaultAddress":null})"));
    expect(documents::kAddAddress).answer(200, data(R"("customerAddressCreate":{"userErrors":[]})"));
    expect(documents::kFindCustomer, R"({"email":"C5@x.test"})")
        .answer(200, data(R"("customerByIdentifier":{"id":")" + gid(5) + "\"}"));
    expect(documents::kSetCustomer, R"({"identifier":{"id":")" + gid(5) + "\"}}")
        .answer(200, data(R"("customerSet":{"customer":{"id":")" + gid(5) + R"("},"userErrors":[]})"));
    const auto outcomes = push_all(std::move(batch));
    ASSERT_EQ(outcomes.size(), kBulkFrom + 2);
    for (std::size_t at = 0; at <= kBulkFrom; ++at) {
        EXPECT_EQ(outcomes[at].remote_id, gid(at)) << at << ": " << outcomes[at].message;
    }
    EXPECT_EQ(outcomes.back().remote_id, gid(5));
}

TEST_F(Bulk, ALineIsRefusedAsASingleCallWouldBe) {
    expect_begin();
    expect_running();
    expect_completed();
    auto text = results(kBulkFrom, {3, 4, 5, 6});
    const auto refused = [](const std::string& code, int line) {
        return R"({"data":{"customerSet":{"customer":null,"userErrors":[{"field":["input","email"],"message":"words","code":")" +
               code + R"("}]}},"__lineNumber":)" + std::to_string(line) + "}\n";
    };
    text +=
        refused("INVALID", 3) + refused("TAKEN", 4) +
        R"({"errors":[{"message":"broke","extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"__lineNumber":5})" +
        "\n" + R"({"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"__lineNumber":6})" +
        "\n";
    session_.expect(kResults).answer(200, text, "application/jsonl");
    expect_single(6);
    const auto outcomes = push_all(customers());
    EXPECT_EQ(outcomes[3].kind, OutcomeKind::rejected);
    EXPECT_EQ(outcomes[3].field, "input.email");
    EXPECT_EQ(outcomes[4].kind, OutcomeKind::conflict);
    EXPECT_EQ(outcomes[5].kind, OutcomeKind::retry);
    EXPECT_TRUE(outcomes[5].maybe_applied);
    EXPECT_EQ(outcomes[6].kind, OutcomeKind::done) << outcomes[6].message;
    EXPECT_EQ(outcomes[7].kind, OutcomeKind::done);
}

TEST_F(Bulk, WhatAFailedOneReachedIsKeptAndTheRestGoesSingly) {
    expect_begin();
    expect_running();
    expect_state(
        "FAILED",
        R"(,"errorCode":"INTERNAL_SERVER_ERROR","partialDataUrl":"https://files.test/results?Signature=a%2Fb")"
    );
    session_.expect(kResults).answer(200, results(kBulkFrom, {0, 1, 99}), "application/jsonl");
    for (const std::size_t number : {0U, 1U, 99U}) {
        expect_single(number);
    }
    expect_all_done(push_all(customers()));
}

TEST_F(Bulk, ResultsThatBelongToOtherLinesAreNotBelieved) {
    expect_begin();
    expect_running();
    expect_completed();
    std::string shifted;
    for (std::size_t line = 0; line < kBulkFrom; ++line) {
        auto one = json::parse(result(line)).as_object();
        one["__lineNumber"] = line + 1;
        shifted += json::serialize(one) + "\n";
    }
    session_.expect(kResults).answer(200, shifted, "application/jsonl");
    expect_singles();
    expect_all_done(push_all(customers()));
}

TEST_F(Bulk, AShopThatRefusesItGetsSinglesAndIsLeftAloneForAWhile) {
    expect_begin();
    expect_run().answer(
        200,
        data(
            R"("bulkOperationRunMutation":{"bulkOperation":null,"userErrors":[{"field":null,"message":"busy","code":"LIMIT_REACHED"}]})"
        )
    );
    expect_singles();
    expect_all_done(push_all(customers()));
    EXPECT_THAT(session_.remarks().front(), HasSubstr("LIMIT_REACHED"));
    expect_singles();
    expect_all_done(push_all(customers()));  // not tried again at once
    session_.set_now(session_.now() + std::chrono::minutes(2));
    expect_begin();
    expect_running();
    expect_completed();
    session_.expect(kResults).answer(200, results(kBulkFrom), "application/jsonl");
    expect_all_done(push_all(customers()));
}

TEST_F(Bulk, AnUploadThatFailsOrMayNotBeSentLeavesAllToSingleCalls) {
    expect_looks(kBulkFrom);
    expect_stage();
    session_.expect(kUpload).fail(Transport::refused, "the host files.test is not among the hosts");
    expect_singles();
    expect_all_done(push_all(customers()));
    EXPECT_THAT(session_.remarks().front(), HasSubstr("files.test"));
    session_.set_now(session_.now() + std::chrono::hours(1));
    expect_looks(kBulkFrom);
    expect_stage();
    session_.expect(kUpload).answer(403, "<Error>", "application/xml");
    expect_singles();
    expect_all_done(push_all(customers()));
}

TEST_F(Bulk, TroubleOfTheAccountIsToldOfAllAtOnce) {
    session_.expect(kGraphql).answer(401, R"({"errors":"revoked"})");
    const auto outcomes = push_all(customers());
    ASSERT_EQ(outcomes.size(), kBulkFrom);
    for (const auto& outcome : outcomes) {
        EXPECT_EQ(outcome.kind, OutcomeKind::needs_reauth);
        EXPECT_FALSE(outcome.maybe_applied);
    }
    EXPECT_EQ(session_.sent().size(), 1U);
}

TEST_F(Bulk, AnOperationThatIsNotOverInTimeIsCancelledAndWhatItReachedIsKept) {
    expect_begin();
    expect_running();
    const auto began = session_.now();
    int looks = 0;
    for (auto waited = 0, pause = 1; waited < 180; waited += pause, pause = std::min(pause * 2, 8), ++looks) {
        expect_state("RUNNING");
    }
    EXPECT_LT(looks, 30);
    expect(documents::kCancelBulk, R"({"id":"b1"})")
        .answer(
            200,
            data(R"("bulkOperationCancel":{"bulkOperation":{"id":"b1","status":"CANCELING"},"userErrors":[]})"
            )
        );
    expect_state("CANCELING");
    expect_state("CANCELED", R"(,"partialDataUrl":"https://files.test/results?Signature=a%2Fb")");
    session_.expect(kResults).answer(200, results(kBulkFrom, {8}), "application/jsonl");
    expect_single(8);
    expect_all_done(push_all(customers()));
    EXPECT_LT(session_.now() - began, std::chrono::minutes(4));
}

TEST_F(Bulk, AnOperationWhoseEndIsNotKnownMakesAllOfThemWait) {
    expect_begin();
    expect_running();
    expect(documents::kReadBulk).answer(401, R"({"errors":"revoked"})");
    expect(documents::kCancelBulk).answer(401, R"({"errors":"revoked"})");
    expect(documents::kReadBulk).answer(401, R"({"errors":"revoked"})");
    const auto outcomes = push_all(customers());
    for (const auto& outcome : outcomes) {
        EXPECT_EQ(outcome.kind, OutcomeKind::needs_reauth);
        EXPECT_TRUE(outcome.maybe_applied) << "it may be at work";
    }
    // Before any of them is written again, it is ended.
    expect(documents::kListBulk)
        .answer(
            200,
            data(
                R"("bulkOperations":{"nodes":[{"id":"b1","status":"RUNNING","query":"mutation call{customerSet}"}]})"
            )
        );
    expect(documents::kCancelBulk, R"({"id":"b1"})")
        .answer(200, data(R"("bulkOperationCancel":{"userErrors":[]})"));
    expect_state("CANCELED");
    expect_single(0);
    auto again = customer(0);
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).kind, OutcomeKind::done);
    // That is known from now on.
    expect_single(1);
    again = customer(1);
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).kind, OutcomeKind::done);
}

TEST_F(Bulk, ALostStartIsLookedForAndEndedBeforeAnythingIsWrittenAgain) {
    expect_begin();
    expect_run().fail(Transport::cut_off);
    expect(documents::kListBulk)
        .answer(
            200,
            data(
                R"("bulkOperations":{"nodes":[{"id":"b0","status":"RUNNING","query":"mutation{productSet}"},)"
                R"({"id":"b1","status":"RUNNING","query":"mutation call{customerSet}"},)"
                R"({"id":"b2","status":"COMPLETED","query":"mutation call{customerSet}"}]})"
            )
        );
    expect(documents::kCancelBulk, R"({"id":"b1"})")
        .answer(200, data(R"("bulkOperationCancel":{"userErrors":[]})"));
    expect_state("CANCELED");
    expect_singles();
    expect_all_done(push_all(customers()));
}

TEST_F(Bulk, ALostStartThatCannotBeEndedMakesAllOfThemWait) {
    expect_begin();
    expect_run().fail(Transport::cut_off);
    expect(documents::kListBulk)
        .answer(
            200, data(R"("bulkOperations":{"nodes":[{"id":"b1","status":"RUNNING","query":"customerSet"}]})")
        );
    expect(documents::kCancelBulk).fail(Transport::cut_off);
    for (auto waited = 0, pause = 1; waited < 30; waited += pause, pause = std::min(pause * 2, 8)) {
        expect_state("CANCELING");
    }
    expect_all_wait(push_all(customers()));
}

TEST_F(Bulk, ResultsThatCannotBeReadAreAskedForTwiceAndThenAllIsSentAgain) {
    expect_begin();
    expect_running();
    expect_completed();
    session_.expect(kResults).answer(403, "<Error>", "application/xml");
    expect_completed();
    session_.expect(kResults).fail(Transport::cut_off);
    expect_singles();
    expect_all_done(push_all(customers()));
}

TEST_F(Bulk, ABatchInDoubtEndsAnEarlierOperationFirst) {
    auto batch = customers();
    batch[60].maybe_applied = true;
    expect(documents::kListBulk)
        .answer(
            200, data(R"("bulkOperations":{"nodes":[{"id":"b1","status":"RUNNING","query":"customerSet"}]})")
        );
    expect(documents::kCancelBulk, R"({"id":"b1"})")
        .answer(200, data(R"("bulkOperationCancel":{"userErrors":[]})"));
    expect_state("CANCELED");
    expect_begin();
    expect_running();
    expect_completed();
    session_.expect(kResults).answer(200, results(kBulkFrom), "application/jsonl");
    expect_all_done(push_all(std::move(batch)));
}

class BulkProducts : public ShopifyTest {};

TEST_F(BulkProducts, OnlyNewOnesGoByAFileAndEachSkuOnce) {
    session_.set_now(sdk::Instant(std::chrono::hours(24)));
    std::vector<sdk::Operation> batch;
    const auto count = kBulkFrom + 2;
    for (std::size_t number = 0; number < count; ++number) {
        auto made = operation("product", "{}");
        made.key = "shop-product-" + std::to_string(number);
        made.fields = {
            {"sku", "T-" + std::to_string(number)}, {"title", "Tea"}, {"price", "9.99"}, {"status", "ACTIVE"}
        };
        batch.push_back(std::move(made));
    }
    batch.back().fields["sku"] = "t-5";         // Shopify's SKUs are equal without regard to case
    batch.front().fields["_currency"] = "USD";  // refused without a call
    expect_definition("PRODUCT");
    for (int look = 0; look < 2; ++look) {
        session_.expect(kGraphql).answer(200, R"({"data":{}})");
    }
    expect(documents::kStageUpload)
        .answer(
            200,
            data(
                R"("stagedUploadsCreate":{"stagedTargets":[{"url":"https://files.test","parameters":[{"name":"key","value":"tmp/vars"}]}]})"
            )
        );
    session_.expect(kUpload).answer(201);
    expect(documents::kRunBulk)
        .answer(200, data(R"("bulkOperationRunMutation":{"bulkOperation":{"id":"b1"}})"));
    expect(documents::kReadBulk)
        .answer(
            200,
            data(
                R"("bulkOperation":{"status":"COMPLETED","url":"https://files.test/results?Signature=a%2Fb"})"
            )
        );
    std::string text;
    for (std::size_t line = 0; line < kBulkFrom; ++line) {
        const auto number = std::to_string(line + 1);
        text += R"({"data":{"productSet":{"product":{"id":"gid://shopify/Product/)" + number +
                R"(","title":"Tea","metafield":{"value":"shop-product-)" + number +
                R"("}},"userErrors":[]}},"__lineNumber":)" + std::to_string(line) + "}\n";
    }
    session_.expect(kResults).answer(200, text, "application/jsonl");
    expect(documents::kFindProduct)
        .answer(
            200,
            data(
                R"("productByIdentifier":null,"productVariants":{"nodes":[{"sku":"T-5","product":{"id":"gid://shopify/Product/5"}}]})"
            )
        );
    expect(documents::kVariants)
        .answer(200, data(R"("product":{"variants":{"nodes":[{"id":"v5","sku":"T-5"}]}})"));
    expect(documents::kUpdateProduct)
        .answer(
            200,
            data(
                R"("productUpdate":{"userErrors":[]},"productVariantsBulkUpdate":{"product":{"id":"gid://shopify/Product/5"},"userErrors":[]})"
            )
        );
    const auto outcomes = run(connector_->push(session_, std::move(batch)));
    ASSERT_EQ(outcomes.size(), count);
    EXPECT_EQ(outcomes.front().kind, OutcomeKind::rejected);
    for (std::size_t at = 1; at <= kBulkFrom; ++at) {
        EXPECT_EQ(outcomes[at].remote_id, "gid://shopify/Product/" + std::to_string(at))
            << outcomes[at].message;
    }
    EXPECT_EQ(outcomes.back().remote_id, "gid://shopify/Product/5") << outcomes.back().message;
    EXPECT_THAT(
        session_.sent()[4].body,
        HasSubstr(R"({"customId":{"namespace":"navette","key":"id","value":"shop-product-7"}})")
    );
    EXPECT_THAT(session_.sent()[4].body, ::testing::Not(HasSubstr("\"t-5\"")));
}

}  // namespace
}  // namespace navette::shopify::test
