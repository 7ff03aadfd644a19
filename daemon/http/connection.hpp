// One client's connection: reads its requests one after the other, has them answered, and keeps to the
// limits.
#pragma once

#include "daemon/http/request_reader.hpp"
#include "daemon/http/server_state.hpp"
#include "daemon/http/stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace navette::http {

class Connection {
  public:
    using Clock = std::chrono::steady_clock;

    Connection(
        std::shared_ptr<ServerState> state, boost::asio::ip::tcp::socket socket, boost::asio::ip::address peer
    );
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Serves until either side has enough. The connection must live until it returns.
    boost::asio::awaitable<void> run();

    /// Ends what takes longer than it may. To be called often: deadlines are as exact as that.
    void enforce_deadline(Clock::time_point now);

    /// Ends it at the next possible moment: at once where it waits for its client.
    void abort();

    /// It waits for a request of which nothing has come.
    [[nodiscard]] bool idle() const { return idle_; }

  private:
    /// One request and its answer. False: the connection is over.
    boost::asio::awaitable<bool> serve_one();
    /// False: there is no request; the reason, if the client can be told one, is the reader's refusal.
    boost::asio::awaitable<bool> read_head(RequestReader& reader);
    boost::asio::awaitable<bool> read_body(RequestReader& reader);
    /// Waits for more bytes and puts them behind the unread ones. False: none will come, or too late.
    boost::asio::awaitable<bool> read_more();

    struct Exchange {
        std::string id;
        std::string client;
        std::string method;
        std::string target;  // as it may be logged
        const Route* route = nullptr;
        Clock::time_point began;
    };
    [[nodiscard]] static Exchange exchange_of(const Front::Admission& admission);

    boost::asio::awaitable<bool> refuse(RequestReader& reader, Exchange exchange);
    /// Sends the answer. False: the connection is over.
    boost::asio::awaitable<bool> respond(Response response, Exchange exchange, bool keep_alive);
    boost::asio::awaitable<bool> send_rest(Response& response, const Exchange& exchange);
    boost::asio::awaitable<bool> send(std::string_view bytes);
    /// Lets the client take in the last answer before the connection is gone.
    boost::asio::awaitable<void> linger();

    void note(const Exchange& exchange, int status);
    void expect_within(std::chrono::milliseconds span);
    [[nodiscard]] std::string_view unread() const { return std::string_view(unread_).substr(consumed_); }
    void consume(std::size_t bytes);
    /// Counts what this connection holds to the memory of all. False: that is more than may be.
    bool hold(std::size_t bytes);

    std::shared_ptr<ServerState> state_;
    Stream stream_;
    boost::asio::ip::address peer_;
    std::string unread_;        // bytes that came and belong to no request yet
    std::size_t consumed_ = 0;  // of them, from the front
    std::size_t held_ = 0;      // what is counted in state_->held_bytes
    Clock::time_point deadline_ = Clock::time_point::max();
    bool expired_ = false;
    bool aborted_ = false;
    bool idle_ = false;
};

}  // namespace navette::http
