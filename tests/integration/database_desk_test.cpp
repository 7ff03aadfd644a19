#include "daemon/http/database_desk.hpp"

#include "tests/integration/desk_fixture.hpp"

#include <future>
#include <stdexcept>
#include <thread>

namespace navette::http {
namespace {

namespace asio = boost::asio;

class DatabaseDeskTest : public test::DeskTest {
  protected:
    /// Its database closes its doors, and opens them again.
    void let_in(bool open) {
        auto url = database_.url();
        const auto name = database_name_;
        url.replace(url.find("dbname=" + name), ("dbname=" + name).size(), "dbname=postgres");
        pqxx::connection connection(url);
        pqxx::nontransaction work(connection);
        work.exec("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + (open ? "true" : "false"));
        work.exec(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" + name + "'"
        );
    }

    const std::string database_name_ = database_.value("SELECT current_database()");

    /// Answers 200 with who the session speaks for.
    const Operation who_ = [](store::AdminSession& session, const Request&) {
        const auto rows = session.query(
            "SELECT json_build_object('who', current_user || ':' || "
            "coalesce(current_setting('navette.tenant', true), ''))"
        );
        return rows ? json_response(200, rows->front()) : problem(rows.error());
    };
};

TEST_F(DatabaseDeskTest, AnOperationRunsAsItsCallersTenantOnAThreadOfTheDesk) {
    Request request;
    EXPECT_EQ(test::body_of(ask(who_, request)).at("who"), "navette:");
    request.caller = test::caller_of("acme", Caller::Scope::read);
    EXPECT_EQ(test::body_of(ask(who_, request)).at("who"), "navette_tenant:acme");
    request.caller = test::caller_of("", Caller::Scope::admin);
    EXPECT_EQ(test::body_of(ask(who_, request)).at("who"), "navette:") << "nothing is left of the one before";
    std::thread::id worker;
    ask([&](store::AdminSession&, const Request&) {
        worker = std::this_thread::get_id();
        return Response{};
    });
    EXPECT_NE(worker, std::this_thread::get_id());
}

TEST_F(DatabaseDeskTest, ABindingThatAnOperationLeftDoesNotReachTheNext) {
    desk_ = std::make_unique<DatabaseDesk>(context_.get_executor(), database_.url(), 1);
    ask([](store::AdminSession& session, const Request&) {
        session.bind_tenant("other");
        return Response{};
    });
    EXPECT_EQ(test::body_of(ask(who_)).at("who"), "navette:");
}

TEST_F(DatabaseDeskTest, WhereTheLineIsFullMoreAreSentAwayAtOnce) {
    desk_ = std::make_unique<DatabaseDesk>(context_.get_executor(), database_.url(), 1, 1);
    auto release = std::make_shared<std::promise<void>>();
    const auto released = release->get_future().share();
    const Operation blocked = [released](store::AdminSession&, const Request&) {
        released.wait();
        return text_response(200, "done");
    };
    // Also where the test fails: the desk's end waits for its operations.
    struct Release {
        explicit Release(std::shared_ptr<std::promise<void>> the_gate) : gate(std::move(the_gate)) {}
        ~Release() {
            try {
                gate->set_value();
            } catch (const std::future_error&) {
                // It is open already.
            }
        }
        Release(const Release&) = delete;
        Release& operator=(const Release&) = delete;
        std::shared_ptr<std::promise<void>> gate;
    };
    const Release at_the_end(release);
    // The first has the only session, the second the only place in the line.
    struct Third {
        static asio::awaitable<Response> sent_away(
            DatabaseDesk& desk, Operation operation, std::shared_ptr<std::promise<void>> gate
        ) {
            auto answer = co_await desk.run(std::move(operation), Request{});
            gate->set_value();
            co_return answer;
        }
    };
    std::vector<asio::awaitable<Response>> tasks;
    tasks.push_back(desk_->run(blocked, Request{}));
    tasks.push_back(desk_->run(blocked, Request{}));
    tasks.push_back(Third::sent_away(*desk_, blocked, release));
    const auto answers = test::run_all(context_, std::move(tasks));
    EXPECT_EQ(answers[0].status, 200);
    EXPECT_EQ(answers[1].status, 200);
    EXPECT_EQ(answers[2].status, 503);
    EXPECT_NE(sdk::first_header(answers[2].headers, "Retry-After"), "");
    EXPECT_EQ(ask(who_).status, 200) << "the places are free again";
}

TEST_F(DatabaseDeskTest, WithoutADatabaseItAnswers503AndWorksAgainAtOnceWhenItIsBack) {
    EXPECT_EQ(ask(who_).status, 200);
    let_in(false);
    for (int at = 0; at < 3; ++at) {
        const auto answer = ask(who_);
        EXPECT_EQ(answer.status, 503);
        EXPECT_NE(sdk::first_header(answer.headers, "Retry-After"), "");
    }
    let_in(true);
    EXPECT_EQ(ask(who_).status, 200);
}

TEST_F(DatabaseDeskTest, AConnectionThatBrokeWhileItWasIdleCostsNobodyAnAnswer) {
    EXPECT_EQ(ask(who_).status, 200);
    let_in(true);  // ends every connection
    EXPECT_EQ(ask(who_).status, 200);
}

TEST_F(DatabaseDeskTest, WhatAnOperationThrowsIsA500WithoutDetailsAndTheDeskGoesOn) {
    desk_ = std::make_unique<DatabaseDesk>(context_.get_executor(), database_.url(), 1);
    const auto answer = ask([](store::AdminSession&, const Request&) -> Response {
        throw std::runtime_error("the secret detail");
    });
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    EXPECT_EQ(ask(who_).status, 200);
}

TEST_F(DatabaseDeskTest, ItsEndAnswersThoseWhoStillWait) {
    desk_ = std::make_unique<DatabaseDesk>(context_.get_executor(), database_.url(), 1, 8);
    std::promise<void> release;
    const auto released = release.get_future().share();
    const Operation blocked = [released](store::AdminSession&, const Request&) {
        released.wait();
        return text_response(200, "done");
    };
    int answered = 0;
    for (int at = 0; at < 4; ++at) {
        asio::co_spawn(context_, desk_->run(blocked, Request{}), [&](std::exception_ptr, const Response&) {
            ++answered;
        });
    }
    context_.restart();
    context_.poll();
    auto end = std::async(std::launch::async, [&] { desk_.reset(); });
    release.set_value();
    end.get();
    test::run_until(context_, [&] { return answered == 4; });
}

}  // namespace
}  // namespace navette::http
