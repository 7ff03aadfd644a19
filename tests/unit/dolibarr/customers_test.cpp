#include "fixture.hpp"

namespace navette::dolibarr::test {
namespace {

const std::string kSearch = "GET /thirdparties?sortfield=t.rowid&sortorder=ASC&limit=50&sqlfilters=";
const std::string kByKeyOrEmail = kSearch + "((t.ref_ext:=:'nv-1') or (t.email:=:'jane@x.test'))";
const std::string kNobody = error_body(404, "Not Found: No third parties found");
constexpr auto kJane =
    R"({"_first_name":"Jane","_last_name":"Doe","email":"jane@x.test","phone":"+33102030405"})";

class Customers : public DolibarrTest {};

TEST_F(Customers, APersonIsLookedUpThenCreatedAsAnIndividual) {
    session_.expect(kByKeyOrEmail).answer(404, kNobody);
    session_.expect("POST /thirdparties")
        .with(
            R"({"name":"Jane Doe","email":"jane@x.test","client":1,"code_client":"-1","typent_id":8,"ref_ext":"nv-1","caller":"navette"})"
        )
        .without("_first_name")
        .answer(200, "3");
    const auto outcome = push(operation("customer", kJane));
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "3");
}

TEST_F(Customers, ACompanyIsNoIndividual) {
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(200, "[]");
    session_.expect("POST /thirdparties").with(R"({"name":"Acme"})").without("typent_id").answer(200, "4");
    EXPECT_EQ(push(operation("customer", R"({"_company":"Acme","_first_name":"Jane"})")).remote_id, "4");
}

TEST_F(Customers, WithoutANameTheEmailGivesOne) {
    session_.expect(kByKeyOrEmail).answer(404, kNobody);
    session_.expect("POST /thirdparties").with(R"({"name":"jane"})").answer(200, "5");
    EXPECT_EQ(push(operation("customer", R"({"email":"jane@x.test"})")).remote_id, "5");
}

TEST_F(Customers, WithoutNameAndEmailItIsRejectedBeforeAnyCall) {
    EXPECT_EQ(push(operation("customer", R"({"phone":"1"})")).kind, OutcomeKind::rejected);
}

TEST_F(Customers, OurOwnRecordIsFoundByKeyBeforeAnOlderOneWithTheSameEmail) {
    session_.expect(kByKeyOrEmail)
        .answer(
            200,
            R"([{"id":"1","email":"jane@x.test","ref_ext":null},{"id":"2","email":"jane@x.test","ref_ext":"nv-1","name":"Jane Doe","phone":"+33102030405","client":"1"}])"
        );
    const auto outcome = push(operation("customer", kJane));
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "2");
}

TEST_F(Customers, TheOldestWithTheSameEmailIsAdoptedAndOnlyWhatDiffersIsWritten) {
    session_.expect(kByKeyOrEmail)
        .answer(
            200,
            R"([{"id":"7","email":"Jane@X.test","ref_ext":"","name":"Jane Doe","phone":null,"client":"1"},{"id":"9","email":"jane@x.test"}])"
        );
    session_.expect("PUT /thirdparties/7")
        .with(R"({"phone":"+33102030405","ref_ext":"nv-1","caller":"navette"})")
        .without("name")
        .without("client")
        .answer(200, R"({"id":"7","date_modification":1795245436})");
    const auto outcome = push(operation("customer", kJane));
    EXPECT_EQ(outcome.remote_id, "7");
    EXPECT_EQ(outcome.remote_version, "") << "what people changed before is told by the next pull";
}

TEST_F(Customers, ARecordWithAnotherKeyOfOursAndTheSameEmailIsTheSameCustomer) {
    session_.expect(kByKeyOrEmail)
        .answer(
            200,
            R"([{"id":"7","email":"jane@x.test","ref_ext":"nv-other","name":"Jane Doe","phone":"+33102030405","client":"1"}])"
        );
    const auto outcome = push(operation("customer", kJane));
    EXPECT_EQ(outcome.kind, OutcomeKind::done);
    EXPECT_EQ(outcome.remote_id, "7");
}

TEST_F(Customers, AProspectBecomesACustomerAsWell) {
    session_.expect(kByKeyOrEmail)
        .answer(
            200,
            R"([{"id":"7","email":"jane@x.test","ref_ext":"nv-1","name":"Jane Doe","phone":"+33102030405","client":"2"}])"
        );
    session_.expect("PUT /thirdparties/7")
        .with(R"({"client":3})")
        .without("name")
        .answer(200, R"({"id":"7"})");
    EXPECT_EQ(push(operation("customer", kJane)).kind, OutcomeKind::done);
}

TEST_F(Customers, AnEmailThatDiffersByAnAccentIsSomebodyElse) {
    session_.expect(kSearch + "((t.ref_ext:=:'nv-1') or (t.email:=:'rene@x.test'))")
        .answer(200, R"([{"id":"7","email":"ren\u00e9@x.test"}])");
    session_.expect("POST /thirdparties").answer(200, "8");
    EXPECT_EQ(push(operation("customer", R"({"name":"R","email":"rene@x.test"})")).remote_id, "8");
}

TEST_F(Customers, AnEmailThatNoFilterCarriesIsNotSearchedFor) {
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    session_.expect("POST /thirdparties").answer(200, "8");
    EXPECT_EQ(push(operation("customer", R"({"name":"R","email":"a(b)@x.test"})")).remote_id, "8");
}

TEST_F(Customers, ALinkedOneIsUpdatedWithoutALookUpAndKeepsItsRole) {
    session_.expect("PUT /thirdparties/3")
        .with(R"({"name":"Jane Doe","phone":"+33102030405"})")
        .without("client")
        .without("code_client")
        .without("ref_ext")
        .answer(200, R"({"id":"3","date_modification":5})");
    auto linked = operation("customer", kJane);
    linked.remote_id = "3";
    EXPECT_EQ(push(std::move(linked)).remote_version, "")
        << "what people changed before is told by the next pull";
}

TEST_F(Customers, AnUpdateOfSomeFieldsLeavesTheName) {
    session_.expect("PUT /thirdparties/3")
        .with(R"({"email":"j@x.test"})")
        .without("name")
        .answer(200, R"({"id":"3"})");
    auto linked = operation("customer", R"({"email":"j@x.test","_person":"Eva Doe","_has_company":"Acme"})");
    linked.remote_id = "3";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
    session_.expect("PUT /thirdparties/4").without("name").answer(200, R"({"id":"4"})");
    auto nameless = operation("customer", R"({"email":"j@x.test"})");
    nameless.remote_id = "4";
    EXPECT_EQ(push(std::move(nameless)).kind, OutcomeKind::done);
}

TEST_F(Customers, ALinkedOneThatIsNoMoreIsGone) {
    session_.expect("PUT /thirdparties/3").answer(404, error_body(404, "Not Found: Thirdparty not found"));
    auto linked = operation("customer", kJane);
    linked.remote_id = "3";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::gone);
}

TEST_F(Customers, AFailedLookUpCreatesNothing) {
    session_.expect(kByKeyOrEmail).answer(202, "temporarily not available", "text/html");
    EXPECT_EQ(push(operation("customer", kJane)).kind, OutcomeKind::unavailable);
}

TEST_F(Customers, ALostAnswerIsToldSoAndTheNextRunFindsTheRecordByKey) {
    session_.expect(kByKeyOrEmail).answer(404, kNobody);
    session_.expect("POST /thirdparties").fail(Transport::cut_off);
    auto outcome = push(operation("customer", kJane));
    EXPECT_EQ(outcome.kind, OutcomeKind::retry);
    EXPECT_TRUE(outcome.maybe_applied);

    session_.expect(kByKeyOrEmail)
        .answer(
            200,
            R"([{"id":"3","email":"jane@x.test","ref_ext":"nv-1","name":"Jane Doe","phone":"+33102030405","client":"1"}])"
        );
    outcome = push(operation("customer", kJane));
    EXPECT_EQ(outcome.remote_id, "3");
}

TEST_F(Customers, ALostRaceForTheAutomaticCodeIsRunAgainAtOnce) {
    const auto lost = error_body(500, "Error creating thirdparty", {"Duplicate value in a unique field"});
    session_.expect(kByKeyOrEmail).answer(404, kNobody);
    session_.expect("POST /thirdparties").with(R"({"ref_ext":"nv-1"})").answer(500, lost);
    session_.expect("POST /thirdparties").with(R"({"ref_ext":"nv-1"})").answer(200, "8");
    EXPECT_EQ(push(operation("customer", kJane)).remote_id, "8");
}

TEST_F(Customers, ARaceThatIsLostAgainAndAgainIsTriedLater) {
    session_.expect(kByKeyOrEmail).answer(404, kNobody);
    for (int race = 0; race < 9; ++race) {
        session_.expect("POST /thirdparties")
            .answer(500, error_body(500, "Error creating thirdparty", {"Duplicate value in a unique field"}));
    }
    EXPECT_EQ(push(operation("customer", kJane)).kind, OutcomeKind::retry);
}

TEST_F(Customers, ACodeOfOursThatSomebodyElseHasIsAConflict) {
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    session_.expect("POST /thirdparties")
        .with(R"({"code_client":"NV-00000001"})")
        .answer(500, error_body(500, "Error creating thirdparty", {"", "ErrorCustomerCodeAlreadyUsed"}));
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    EXPECT_EQ(
        push(operation("customer", R"({"name":"A","code_client":"NV-00000001"})")).kind, OutcomeKind::conflict
    );
}

TEST_F(Customers, TheUniqueExtraFieldMakesAnEarlierCreateVisible) {
    session_.set("unique_key_field", "navette_key");
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    session_.expect("POST /thirdparties")
        .with(R"({"array_options":{"options_navette_key":"nv-1"}})")
        .answer(
            500,
            error_body(500, "Error", {"Duplicate entry 'nv-1' for key 'uk_societe_extrafields_navette_key'"})
        );
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')")
        .answer(200, R"([{"id":"3","ref_ext":"nv-1","name":"A","client":"1"}])");
    EXPECT_EQ(push(operation("customer", R"({"name":"A"})")).remote_id, "3");
}

TEST_F(Customers, EmojiAreStrippedBeforeSending) {
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    session_.expect("POST /thirdparties").with(R"({"name":"Caf\u00e9"})").answer(200, "3");
    EXPECT_EQ(push(operation("customer", R"({"name":"Caf\u00e9 \ud83d\ude00"})")).kind, OutcomeKind::done);

    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    session_.expect("POST /thirdparties").with(R"({"name":"Jane Doe"})").answer(200, "4");
    EXPECT_EQ(
        push(operation("customer", R"({"_first_name":"Jane \ud83d\ude00","_last_name":"Doe"})")).remote_id,
        "4"
    );
}

TEST_F(Customers, ACreateIsDoneOnlyWithAPositiveInteger) {
    for (const auto* body : {"0", "-1", "null", "\"x\"", "{}", "[]"}) {
        ScriptedSession session;
        session.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
        session.expect("POST /thirdparties").answer(200, body);
        std::vector<sdk::Operation> batch;
        batch.push_back(operation("customer", R"({"name":"A"})"));
        const auto outcomes = run(connector_->push(session, std::move(batch)));
        EXPECT_EQ(outcomes.at(0).kind, OutcomeKind::retry) << body;
        EXPECT_TRUE(outcomes.at(0).maybe_applied) << body;
    }
}

TEST_F(Customers, TheCompanyNumberTravelsAsAHeader) {
    session_.set("entity", 2);
    session_.expect("PUT /thirdparties/3").with_header("DOLAPIENTITY", "2").answer(200, R"({"id":"3"})");
    auto linked = operation("customer", kJane);
    linked.remote_id = "3";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
}

class Contacts : public DolibarrTest {
  protected:
    static sdk::Operation jane() {
        auto made = operation("contact", R"({"lastname":"Doe","firstname":"Jane","email":"jane@x.test"})");
        made.references["customer"] = "3";
        return made;
    }
    const std::string search_ = "GET /contacts?sortfield=t.rowid&sortorder=ASC&limit=50&sqlfilters=";
    const std::string by_key_or_email_ =
        search_ + "((t.ref_ext:=:'nv-1') or ((t.email:=:'jane@x.test') and (t.fk_soc:=:'3')))";
};

TEST_F(Contacts, OneIsLookedUpWithinItsCustomerThenCreated) {
    session_.expect(by_key_or_email_).answer(200, "[]");
    session_.expect("POST /contacts")
        .with(R"({"lastname":"Doe","firstname":"Jane","socid":"3","ref_ext":"nv-1"})")
        .answer(200, "11");
    EXPECT_EQ(push(jane()).remote_id, "11");
}

TEST_F(Contacts, TheSameEmailAtTheSameCustomerIsAdopted) {
    session_.expect(by_key_or_email_)
        .answer(
            200,
            R"([{"id":"12","email":"jane@x.test","lastname":"Doe","firstname":"Jane","socid":"3","ref_ext":"other"}])"
        );
    EXPECT_EQ(push(jane()).remote_id, "12");
}

TEST_F(Contacts, OneWithoutACustomerIsLookedForAmongThoseWithoutOne) {
    session_.expect(search_ + "((t.ref_ext:=:'nv-1') or ((t.email:=:'a@x.test') and (t.fk_soc:is:null)))")
        .answer(200, "[]");
    session_.expect("POST /contacts")
        .with(R"({"lastname":"Ada","firstname":""})")
        .without("socid")
        .answer(200, "13");
    EXPECT_EQ(push(operation("contact", R"({"firstname":"Ada","email":"a@x.test"})")).remote_id, "13");
}

TEST_F(Contacts, TheEmailStandsInForAMissingName) {
    session_.expect(search_ + "((t.ref_ext:=:'nv-1') or ((t.email:=:'a@x.test') and (t.fk_soc:is:null)))")
        .answer(200, "[]");
    session_.expect("POST /contacts").with(R"({"lastname":"a"})").answer(200, "14");
    EXPECT_EQ(push(operation("contact", R"({"email":"a@x.test"})")).remote_id, "14");
}

TEST_F(Contacts, ALinkedOneIsUpdated) {
    session_.expect("PUT /contacts/11").with(R"({"lastname":"Doe"})").answer(200, R"({"id":"11"})");
    auto linked = jane();
    linked.remote_id = "11";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
}

TEST_F(Contacts, AnUpdateOfSomeFieldsLeavesTheName) {
    session_.expect("PUT /contacts/11")
        .with(R"({"firstname":"Eva","email":"a@x.test"})")
        .without("lastname")
        .answer(200, R"({"id":"11"})");
    auto linked = operation("contact", R"({"firstname":"Eva","email":"a@x.test","_full_name":"Eva Berg"})");
    linked.remote_id = "11";
    EXPECT_EQ(push(std::move(linked)).kind, OutcomeKind::done);
    session_.expect("PUT /contacts/12")
        .with(R"({"lastname":"Eva","firstname":""})")
        .answer(200, R"({"id":"12"})");
    auto nameless = operation("contact", R"({"firstname":"Eva","_full_name":"Eva"})");
    nameless.remote_id = "12";
    EXPECT_EQ(push(std::move(nameless)).kind, OutcomeKind::done);
}

class Removals : public DolibarrTest {};

TEST_F(Removals, ARecordThatIsNotThereCountsAsDeleted) {
    session_.expect("DELETE /orders/5")
        .without_body()
        .answer(404, error_body(404, "Not Found: Order not found"));
    auto removal = operation("order", "{}");
    removal.action = sdk::Action::remove;
    removal.remote_id = "5";
    EXPECT_EQ(push(std::move(removal)).kind, OutcomeKind::done);
}

TEST_F(Removals, WithoutALinkTheRecordIsFoundByOurKey) {
    session_.expect("GET /projects?sortfield=t.rowid&sortorder=ASC&limit=50&sqlfilters=(t.ref:=:'nv-1')")
        .answer(200, R"([{"id":"4"}])");
    session_.expect("DELETE /projects/4")
        .answer(200, R"({"success":{"code":200,"message":"Project deleted"}})");
    auto removal = operation("deal", "{}");
    removal.action = sdk::Action::remove;
    EXPECT_EQ(push(std::move(removal)).remote_id, "4");
}

TEST_F(Removals, WithoutARecordThereIsNothingToDo) {
    session_.expect(kSearch + "(t.ref_ext:=:'nv-1')").answer(404, kNobody);
    auto removal = operation("customer", "{}");
    removal.action = sdk::Action::remove;
    EXPECT_EQ(push(std::move(removal)).kind, OutcomeKind::skipped);
}

TEST_F(Removals, ACustomerWithOrdersIsRefused) {
    session_.expect("DELETE /thirdparties/3")
        .answer(409, error_body(409, "Conflict: Can't delete, that product is probably used"));
    auto removal = operation("customer", "{}");
    removal.action = sdk::Action::remove;
    removal.remote_id = "3";
    EXPECT_EQ(push(std::move(removal)).kind, OutcomeKind::rejected);
}

TEST_F(Removals, AnUnknownObjectIsRejected) {
    EXPECT_EQ(push(operation("spaceship", "{}")).kind, OutcomeKind::rejected);
}

}  // namespace
}  // namespace navette::dolibarr::test
