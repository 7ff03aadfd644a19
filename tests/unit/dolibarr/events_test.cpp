#include "fixture.hpp"

namespace navette::dolibarr::test {
namespace {

const std::string kSearch =
    "GET /agendaevents?sortfield=t.id&sortorder=ASC&limit=50&sqlfilters=(t.ref_ext:=:'nv-1')";

class Events : public DolibarrTest {
  protected:
    static sdk::Operation call() {
        auto made = operation(
            "call", R"({"note_private":"talked","_direction":"inbound","datep":1715767200,"_duration_s":300})"
        );
        made.references = {{"customer", "3"}, {"contact", "11"}};
        return made;
    }
};

TEST_F(Events, ACallIsWrittenInTheNameOfTheKeysUser) {
    session_.expect("GET /users/info").answer(200, R"({"id":"2","login":"navette"})");
    session_.expect("POST /agendaevents")
        .with(
            R"({"type_code":"AC_TEL","label":"Inbound call","datep":1715767200,"datef":1715767500,"percentage":100,"userownerid":2,
                  "note_private":"[inbound] talked","socid":"3","contact_id":"11","ref_ext":"nv-1"})"
        )
        .without("_direction")
        .answer(200, "65");
    EXPECT_EQ(push(call()).remote_id, "65");

    session_.expect("POST /agendaevents").with(R"({"userownerid":2})").answer(200, "66");
    EXPECT_EQ(push(call()).remote_id, "66") << "the user is asked for once";
}

TEST_F(Events, ANoteTakesItsLabelFromItsFirstLine) {
    session_.set("owner_user_id", 9);
    session_.expect("POST /agendaevents")
        .with(
            R"({"type_code":"AC_OTH","label":"First line","percentage":-1,"userownerid":9,"note_private":"First line\nsecond","fk_project":"4","elementid":"5","elementtype":"order"})"
        )
        .answer(200, "67");
    auto note = operation("note", R"({"note_private":"First line\nsecond"})");
    note.references = {{"deal", "4"}, {"order", "5"}};
    EXPECT_EQ(push(std::move(note)).remote_id, "67");
}

TEST_F(Events, AfterALostAnswerTheEventIsLookedForBeforeItIsCreated) {
    session_.set("owner_user_id", 9);
    session_.expect(kSearch).answer(200, R"([{"id":"65","ref_ext":null}])");
    auto again = call();
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "65");

    session_.expect(kSearch).answer(200, "[]");
    session_.expect("POST /agendaevents").answer(200, "66");
    again = call();
    again.maybe_applied = true;
    EXPECT_EQ(push(std::move(again)).remote_id, "66");
}

TEST_F(Events, ALinkedOneIsUpdated) {
    session_.expect("PUT /agendaevents/65")
        .with(R"({"note_private":"[inbound] talked"})")
        .without("userownerid")
        .answer(200, R"({"id":"65","datem":3})");
    auto linked = call();
    linked.remote_id = "65";
    EXPECT_EQ(push(std::move(linked)).remote_version, "")
        << "what people changed before is told by the next pull";
}

TEST_F(Events, AUserThatCannotBeReadIsNoReasonToCreateSomething) {
    session_.expect("GET /users/info").answer(403, error_body(403, "Forbidden: Not allowed"));
    const auto outcome = push(call());
    EXPECT_EQ(outcome.kind, OutcomeKind::misconfigured);
    EXPECT_NE(outcome.message.find("owner_user_id"), std::string::npos) << outcome.message;
}

class ConnectionTest : public DolibarrTest {
  protected:
    const std::string status_ = R"({"success":{"code":200,"dolibarr_version":"22.0.4","access_locked":"0"}})";
};

TEST_F(ConnectionTest, TellsTheVersionAndThatAllRightsAreThere) {
    session_.expect("GET /status").answer(200, status_);
    session_.expect("GET /users/info?includepermissions=1")
        .answer(
            200, R"({"id":"1","login":"navette","rights":{
        "societe":{"lire":1,"creer":1,"client":{"voir":1},"contact":{"lire":1,"creer":1}},"commande":{"lire":1,"creer":1},
        "produit":{"lire":1,"creer":1},"projet":{"lire":1,"creer":1,"all":{"lire":1,"creer":1}},"agenda":{"myactions":{"read":1,"create":1}}}})"
        );
    const auto report = run(connector_->test(session_));
    EXPECT_TRUE(report.ok);
    EXPECT_EQ(
        report.sentence, "Dolibarr 22.0.4 answers as user navette, who has every right that navette needs."
    );
}

TEST_F(ConnectionTest, NamesTheRightsThatAreMissing) {
    session_.expect("GET /status").answer(200, status_);
    session_.expect("GET /users/info?includepermissions=1")
        .answer(200, R"({"login":"navette","rights":{"societe":{"lire":1,"creer":0}}})");
    const auto report = run(connector_->test(session_));
    EXPECT_FALSE(report.ok);
    EXPECT_NE(
        report.sentence.find("create third parties (122), see all third parties (262)"), std::string::npos
    ) << report.sentence;
    EXPECT_EQ(report.sentence.find("read third parties"), std::string::npos) << report.sentence;
}

TEST_F(ConnectionTest, MissingRightsOfOtherObjectsAreToldButDoNotFail) {
    session_.expect("GET /status").answer(200, status_);
    session_.expect("GET /users/info?includepermissions=1")
        .answer(
            200, R"({"login":"navette","rights":{
        "societe":{"lire":"1","creer":"1","client":{"voir":"1"},"contact":{"lire":1,"creer":1}},"commande":{"lire":1,"creer":1},"produit":{"lire":1,"creer":1}}})"
        );
    const auto report = run(connector_->test(session_));
    EXPECT_TRUE(report.ok);
    EXPECT_NE(report.sentence.find("create projects (42)"), std::string::npos) << report.sentence;
}

// As 22.0.4 answers a user who has every right but 342 (modify own user).
TEST_F(ConnectionTest, AUserWhoMayNotReadTheirOwnRightsPassesWhereThirdPartiesCanBeRead) {
    session_.expect("GET /status").answer(200, status_);
    session_.expect("GET /users/info?includepermissions=1")
        .answer(403, error_body(403, "Forbidden: Not allowed"));
    session_.expect("GET /thirdparties?limit=1")
        .answer(404, error_body(404, "Not Found: No third parties found"));
    const auto report = run(connector_->test(session_));
    EXPECT_TRUE(report.ok) << report.sentence;
    EXPECT_NE(report.sentence.find("right 342"), std::string::npos) << report.sentence;
}

TEST_F(ConnectionTest, AUserWhoMayReadNothingFails) {
    session_.expect("GET /status").answer(200, status_);
    session_.expect("GET /users/info?includepermissions=1")
        .answer(403, error_body(403, "Forbidden: Not allowed"));
    session_.expect("GET /thirdparties?limit=1").answer(403, error_body(403, "Forbidden"));
    const auto report = run(connector_->test(session_));
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("not for third parties"), std::string::npos) << report.sentence;
}

TEST_F(ConnectionTest, WithoutTheRightToProjectsOfOthersDealsCannotBeWritten) {
    session_.expect("GET /status").answer(200, status_);
    session_.expect("GET /users/info?includepermissions=1")
        .answer(
            200, R"({"login":"navette","rights":{
        "societe":{"lire":1,"creer":1,"client":{"voir":1},"contact":{"lire":1,"creer":1}},"commande":{"lire":1,"creer":1},
        "produit":{"lire":1,"creer":1},"projet":{"lire":1,"creer":1,"all":{"lire":"0"}},"agenda":{"myactions":{"read":1,"create":1}}}})"
        );
    const auto report = run(connector_->test(session_));
    EXPECT_TRUE(report.ok);
    EXPECT_NE(
        report.sentence.find(
            "are synchronised: read projects of others (141), change projects of others (142)."
        ),
        std::string::npos
    ) << report.sentence;
}

TEST_F(ConnectionTest, TellsAWrongKey) {
    session_.expect("GET /status").answer(401, error_body(401, "Unauthorized: Error user not valid"));
    const auto report = run(connector_->test(session_));
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("API key"), std::string::npos);
}

TEST_F(ConnectionTest, TellsAnAddressThatIsNoDolibarr) {
    session_.expect("GET /status").answer(200, R"({"hello":"world"})");
    EXPECT_FALSE(run(connector_->test(session_)).ok);
}

}  // namespace
}  // namespace navette::dolibarr::test
