#include "daemon/engine/wake_listener.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace navette::engine {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using test::must;
using Local = asio::local::stream_protocol;

/// Carries connections to the cluster until it is cut: then clients see theirs end, and PostgreSQL does not.
class Line {
  public:
    explicit Line(asio::io_context& context)
        : folder_(fs::temp_directory_path() / ("navette-line-" + std::to_string(getpid()))),
          acceptor_(context) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        acceptor_ = Local::acceptor(context, Local::endpoint((folder_ / kSocket).string()));
        asio::co_spawn(context, accept(), asio::detached);
    }
    ~Line() { fs::remove_all(folder_); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    [[nodiscard]] const fs::path& folder() const { return folder_; }

    void cut() {
        for (const auto& pair : pairs_) {
            pair->client.close();
        }
    }

  private:
    static constexpr const char* kSocket = ".s.PGSQL.5432";

    struct Pair {
        Local::socket client;
        Local::socket server;
    };

    asio::awaitable<void> accept() {
        const auto cluster = fs::path(std::getenv("NAVETTE_TEST_CLUSTER")) / kSocket;
        while (true) {
            auto client = co_await acceptor_.async_accept(asio::use_awaitable);
            Local::socket server(acceptor_.get_executor());
            co_await server.async_connect(Local::endpoint(cluster.string()), asio::use_awaitable);
            auto pair = std::make_shared<Pair>(std::move(client), std::move(server));
            pairs_.push_back(pair);
            asio::co_spawn(acceptor_.get_executor(), carry(pair, pair->client, pair->server), asio::detached);
            asio::co_spawn(acceptor_.get_executor(), carry(pair, pair->server, pair->client), asio::detached);
        }
    }

    static asio::awaitable<void> carry(std::shared_ptr<Pair>, Local::socket& from, Local::socket& to) {
        std::array<char, 8192> bytes{};
        while (true) {
            const auto [error, count] =
                co_await from.async_read_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
            if (error) {
                co_return;
            }
            co_await asio::async_write(to, asio::buffer(bytes, count), asio::as_tuple(asio::use_awaitable));
        }
    }

    fs::path folder_;
    Local::acceptor acceptor_;
    std::vector<std::shared_ptr<Pair>> pairs_;
};

class WakeListenerTest : public test::SchemaTest {
  protected:
    WakeListenerTest() {
        auto url = database_.url();
        const std::string cluster = std::getenv("NAVETTE_TEST_CLUSTER");
        settings_.database.url = url.replace(url.find(cluster), cluster.size(), line_.folder().string());
        settings_.node.name = "a";
    }

    Line line_{context_};
    Loops loops_{context_.get_executor()};
    config::Settings settings_;
};

// A firewall forgot the connection: the daemon knows that it is gone, PostgreSQL does not, and the session
// would hold the daemon's own name against it for hours.
TEST_F(WakeListenerTest, TakesItsNameBackFromTheSessionItHadBefore) {
    int heard = 0;
    int back = 0;
    WakeListener listener(
        context_.get_executor(), loops_, settings_, [&](const std::string&) { ++heard; }, [&] { ++back; }
    );
    must(run(listener.open()));
    EXPECT_TRUE(listener.has_name());
    listener.start();
    for (int interruption = 1; interruption <= 2; ++interruption) {
        line_.cut();
        test::run_until(context_, [&] { return back == interruption; });
        EXPECT_TRUE(listener.has_name());
        database_.exec("NOTIFY navette_wake, 'int_1'");
        test::run_until(context_, [&] { return heard == interruption; });
    }
    loops_.stop();
    listener.close();
    must(run([](Loops& loops) -> asio::awaitable<core::Result<void>> {
        co_await loops.ended(std::chrono::seconds(10));
        co_return core::Result<void>();
    }(loops_)));
}

}  // namespace
}  // namespace navette::engine
