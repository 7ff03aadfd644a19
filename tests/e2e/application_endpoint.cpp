#include "tests/e2e/application_endpoint.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace navette::test {

namespace {

std::vector<unsigned char> bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

/// By OpenSSL, so that a mistake of ours is not made twice.
std::string base64(const unsigned char* bytes, int count) {
    std::vector<unsigned char> text(static_cast<std::size_t>(count) * 2 + 8);
    const auto length = EVP_EncodeBlock(text.data(), bytes, count);
    return {text.begin(), text.begin() + length};
}

/// For secrets without padding: a multiple of three bytes.
std::vector<unsigned char> key_of(const std::string& secret) {
    const auto text = bytes_of(secret.substr(std::string("whsec_").size()));
    std::vector<unsigned char> key(text.size());
    const auto length = EVP_DecodeBlock(key.data(), text.data(), static_cast<int>(text.size()));
    key.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return key;
}

std::string signature_of(const std::string& secret, const std::string& content) {
    const auto key = key_of(secret);
    const auto text = bytes_of(content);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        text.data(),
        text.size(),
        digest.data(),
        &length
    );
    return "v1," + base64(digest.data(), static_cast<int>(length));
}

}  // namespace

std::string Delivery::record() const {
    const auto& data = body.at("data").as_object();
    return std::string(data.at("entity_type").as_string()) + ":" +
           std::string(data.at("entity_id").as_string());
}

std::int64_t Delivery::position() const {
    return body.at("data").at("position").as_int64();
}

ApplicationEndpoint::ApplicationEndpoint(std::string secret) : secret_(std::move(secret)) {
    auto listening = standin::HttpServer::listen(io_, 0, [this](standin::Request request) {
        return receive(std::move(request));
    });
    if (!listening) {
        throw std::runtime_error(listening.error().message);
    }
    server_ = std::move(*listening);
    thread_ = std::thread([this] { io_.run(); });
}

ApplicationEndpoint::~ApplicationEndpoint() {
    io_.stop();
    thread_.join();
}

std::string ApplicationEndpoint::url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hooks/navette";
}

void ApplicationEndpoint::know(std::string secret) {
    const std::lock_guard held(lock_);
    secret_ = std::move(secret);
}

void ApplicationEndpoint::answer(unsigned status) {
    const std::lock_guard held(lock_);
    status_ = status;
}

std::vector<Delivery> ApplicationEndpoint::deliveries() const {
    const std::lock_guard held(lock_);
    return deliveries_;
}

void ApplicationEndpoint::await_deliveries(std::size_t wanted) {
    std::unique_lock held(lock_);
    const auto enough = [&] { return deliveries_.size() >= wanted; };
    if (!came_.wait_for(held, std::chrono::seconds(30), enough)) {
        throw std::runtime_error(
            std::to_string(deliveries_.size()) + " webhooks came, expected " + std::to_string(wanted)
        );
    }
}

boost::asio::awaitable<standin::Response> ApplicationEndpoint::receive(standin::Request request) {
    const std::lock_guard held(lock_);
    Delivery came;
    came.id = request.header("webhook-id");
    came.text = request.body;
    came.answered = request.method == "POST" && request.path() == "/hooks/navette" ? status_ : 404;
    boost::system::error_code error;
    came.body = boost::json::parse(request.body, error);
    const std::string time(request.header("webhook-timestamp"));
    const auto wanted = signature_of(secret_, came.id + "." + time + "." + request.body);
    std::istringstream signatures{std::string(request.header("webhook-signature"))};
    for (std::string one; signatures >> one;) {
        ++came.signatures;
        came.genuine = came.genuine || one == wanted;
    }
    came.genuine =
        came.genuine && std::labs(std::strtol(time.c_str(), nullptr, 10) - std::time(nullptr)) < 300;
    deliveries_.push_back(came);
    came_.notify_all();
    co_return standin::Response(came.answered, "text/plain", "as I was told");
}

}  // namespace navette::test
