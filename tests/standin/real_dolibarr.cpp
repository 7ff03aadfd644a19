#include "tests/standin/real_dolibarr.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace navette::standin {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::uint64_t kBodyLimit = 64ULL * 1024 * 1024;

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::uint16_t port_in(std::string_view url) {
    constexpr std::string_view kBegin = "http://127.0.0.1:";
    std::uint16_t port = 0;
    if (url.starts_with(kBegin)) {
        const auto* end = url.data() + url.size();
        const auto [rest, error] = std::from_chars(url.data() + kBegin.size(), end, port);
        if (error == std::errc() && std::string_view(rest, end) == RealDolibarr::kBase) {
            return port;
        }
    }
    throw std::invalid_argument(
        "DOLIBARR_URL must be http://127.0.0.1:PORT/api/index.php, of a Dolibarr that is kept for tests"
    );
}

/// Headers that speak of one connection only.
bool is_of_connection(std::string_view name) {
    return name == "host" || name == "connection" || name == "content-length" ||
           name == "transfer-encoding" || name == "expect" || name == "accept-encoding";
}

asio::awaitable<Response> exchange(std::uint16_t port, Request request) {
    boost::beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(kPatience);
    co_await stream.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), port), asio::use_awaitable);
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(request.target);
    message.version(11);
    message.set(http::field::host, "127.0.0.1:" + std::to_string(port));
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request.headers) {
        if (!is_of_connection(name)) {
            message.set(name, value);
        }
    }
    message.body() = std::move(request.body);
    message.prepare_payload();
    co_await http::async_write(stream, message, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kBodyLimit);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    auto answered = parser.release();
    co_return Response(
        answered.result_int(), std::string(answered[http::field::content_type]), std::move(answered.body())
    );
}

}  // namespace

std::optional<RealDolibarr> RealDolibarr::of_environment() {
    const auto url = environment("DOLIBARR_URL");
    const auto key = environment("DOLIBARR_API_KEY");
    if (url.empty() || key.empty()) {
        return std::nullopt;
    }
    return RealDolibarr(port_in(url), key);
}

Response RealDolibarr::call(
    const std::string& method, const std::string& path, const boost::json::object& body
) const {
    Request request;
    request.method = method;
    request.target = kBase + path;
    request.headers = {{"dolapikey", key_}, {"content-type", "application/json"}};
    request.body = body.empty() ? "" : boost::json::serialize(body);
    asio::io_context own(1);
    Response response;
    std::exception_ptr failed;
    asio::co_spawn(
        own,
        exchange(port_, std::move(request)),
        [&](std::exception_ptr error, Response answered) {
            failed = std::move(error);
            response = std::move(answered);
        }
    );
    own.run();
    if (failed) {
        std::rethrow_exception(failed);
    }
    return response;
}

asio::awaitable<Response> RealDolibarr::pass_on(Request request) const {
    try {
        co_return co_await exchange(port_, std::move(request));
    } catch (const boost::system::system_error&) {
        co_return Response(502, "text/html", "<html><head><title>502 Bad Gateway</title></head></html>");
    }
}

}  // namespace navette::standin
