#include "fixture.hpp"

namespace navette::woocommerce::test {
namespace {

class Customers : public WooCommerceTest {
  protected:
    static sdk::Operation jane(std::string remote_id = {}) {
        return operation(
            "customer",
            R"({"email":"jane@x.test","first_name":"Jane","billing":{"country":"FR"}})",
            "shop-customer-1",
            std::move(remote_id)
        );
    }
    static std::string account(const std::string& owner, int id = 5, const std::string& role = "customer") {
        return R"({"id":)" + std::to_string(id) + R"(,"email":"Jane@X.test","role":")" + role +
               R"(","date_modified_gmt":"2026-11-21T05:54:43","meta_data":[{"id":1,"key":"navette_id","value":")" +
               owner + R"("}]})";
    }
    const std::string look_up_ = "GET /wc/v3/customers?email=jane@x.test&role=all";
};

TEST_F(Customers, OneIsCreatedWithOurKey) {
    session_.expect("POST /wc/v3/customers")
        .with(R"({"email":"jane@x.test","meta_data":[{"key":"navette_id","value":"shop-customer-1"}]})")
        .without("username")
        .answer(201, account("shop-customer-1"));
    EXPECT_EQ(push(jane()).remote_id, "5");
}

TEST_F(Customers, ACreateWhoseAnswerWasLostIsLookedForAndNotRepeated) {
    session_.expect("POST /wc/v3/customers").answer(504, "<h1>Gateway Time-out</h1>", "text/html");
    const auto lost = push(jane());
    EXPECT_EQ(lost.kind, OutcomeKind::unavailable);
    EXPECT_TRUE(lost.maybe_applied);

    session_.expect(look_up_).answer(200, "[" + account("shop-customer-1") + "]");
    session_.expect("PUT /wc/v3/customers/5").answer(200, account("shop-customer-1"));
    EXPECT_EQ(push(in_doubt(jane())).remote_id, "5");
}

TEST_F(Customers, ATakenAddressIsAdoptedUnderEachOfItsCodes) {
    for (const auto* code :
         {"registration-error-email-exists", "existing_user_login", "existing_user_email"}) {
        session_.expect("POST /wc/v3/customers").answer(400, error_body(code, 400, "jane@x.test is taken"));
        session_.expect(look_up_).answer(200, "[" + account("", 9) + "," + account("", 5) + "]");
        session_.expect("PUT /wc/v3/customers/5")
            .with(R"({"meta_data":[{"key":"navette_id","value":"shop-customer-1"}]})")
            .answer(200, account("shop-customer-1"));
        EXPECT_EQ(push(jane()).remote_id, "5") << code;
    }
    EXPECT_EQ(session_.remarks().size(), 3U);
}

TEST_F(Customers, AnAdministratorIsLeftAlone) {
    session_.expect("POST /wc/v3/customers").answer(400, error_body("registration-error-email-exists", 400));
    session_.expect(look_up_).answer(200, "[" + account("", 1, "administrator") + "]");
    const auto outcome = push(jane());
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_NE(outcome.message.find("administrator"), std::string::npos);
}

TEST_F(Customers, AnotherRecordsAccountIsAConflict) {
    session_.expect("POST /wc/v3/customers").answer(400, error_body("registration-error-email-exists", 400));
    session_.expect(look_up_).answer(200, "[" + account("shop-customer-2") + "]");
    EXPECT_EQ(push(jane()).kind, OutcomeKind::conflict);
}

TEST_F(Customers, AnUpdateToATakenAddressIsAConflictInWordsThatDoNotRepeatIt) {
    session_.expect("PUT /wc/v3/customers/5")
        .answer(400, error_body("woocommerce_rest_customer_invalid_email", 400, "jane@x.test is taken"));
    const auto outcome = push(jane("5"));
    EXPECT_EQ(outcome.kind, OutcomeKind::conflict);
    EXPECT_EQ(outcome.message.find("jane"), std::string::npos) << outcome.message;
}

TEST_F(Customers, AnAccountThatIsNoMoreIsGone) {
    session_.expect("PUT /wc/v3/customers/5").answer(400, error_body("woocommerce_rest_invalid_id", 400));
    EXPECT_EQ(push(jane("5")).kind, OutcomeKind::gone);
}

TEST_F(Customers, TheBillsNameFollowsTheNameWhereThatIsSent) {
    session_.expect("PUT /wc/v3/customers/5")
        .with(R"({"first_name":"Jane","billing":{"first_name":"Jane","country":"FR"}})")
        .answer(200, account(""));
    EXPECT_EQ(push(jane("5")).kind, OutcomeKind::done);
    // An update of some fields, without the e-mail address.
    session_.expect("PUT /wc/v3/customers/5")
        .with(R"({"last_name":"Roe","billing":{"last_name":"Roe"}})")
        .answer(200, account(""));
    EXPECT_EQ(
        push(operation("customer", R"({"last_name":"Roe"})", "shop-customer-1", "5")).kind, OutcomeKind::done
    );
}

TEST_F(Customers, ALongAddressGetsALoginOfItsOwn) {
    session_.expect("POST /wc/v3/customers").with(R"({"username":"shop-x-1"})").answer(201, account(""));
    push(operation("customer", R"({"email":")" + std::string(61, 'j') + R"(@x.test"})", "Shop-X-1"));
}

TEST_F(Customers, BadDataIsRefusedBeforeItIsSent) {
    EXPECT_EQ(push(operation("customer", R"({"first_name":"J"})")).field, "email");
    EXPECT_EQ(push(operation("customer", R"({"email":"@x"})")).field, "email");
    EXPECT_EQ(
        push(operation("customer", R"({"email":"a@x","billing":{"country":"FRANCE"}})")).field, "country"
    );
}

TEST_F(Customers, AreDeletedForGoodSinceThereIsNoTrashForThem) {
    session_.expect("DELETE /wc/v3/customers/5?force=true").answer(200, account(""));
    auto made = jane("5");
    made.action = sdk::Action::remove;
    EXPECT_EQ(push(std::move(made)).kind, OutcomeKind::done);
}

}  // namespace
}  // namespace navette::woocommerce::test
