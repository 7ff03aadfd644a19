// A session whose other servers keep one file: it gives the parts that are asked for, and all else is
// scripted.
#pragma once

#include "tests/support/scripted_session.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::shopify::test {

class FileServer final : public sdk::Session {
  public:
    explicit FileServer(support::ScriptedSession& inner) : inner_(inner) {}

    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override {
        if (request.origin.empty()) {
            co_return co_await inner_.send(std::move(request));
        }
        requests.push_back(request.origin + request.path);
        if (down > 0) {
            --down;
            co_return std::unexpected(sdk::TransportFailure(failure, "the file server: no answer"));
        }
        if (status != 0) {
            sdk::HttpResponse refused;
            refused.status = std::exchange(status, keeps_refusing ? status : 0);
            co_return refused;
        }
        co_return knows_ranges ? part(first_header(request.headers, "Range")) : whole();
    }
    [[nodiscard]] const sdk::json::object& settings() const override { return inner_.settings(); }
    [[nodiscard]] sdk::Instant now() const override { return inner_.now(); }
    sdk::Task<void> wait(std::chrono::milliseconds time) override { return inner_.wait(time); }
    void remark(std::string text) override { inner_.remark(std::move(text)); }
    [[nodiscard]] sdk::json::value recall(std::string_view key) const override { return inner_.recall(key); }
    void remember(std::string_view key, sdk::json::value value) override {
        inner_.remember(key, std::move(value));
    }

    std::string file;
    bool knows_ranges = true;
    int down = 0;  // so many requests get no answer
    sdk::TransportFailure::Kind failure = sdk::TransportFailure::Kind::cut_off;
    int status = 0;  // of the next answer, where it is to be a refusal
    bool keeps_refusing = false;
    std::vector<std::string> requests;

  private:
    [[nodiscard]] sdk::HttpResponse whole() const {
        sdk::HttpResponse response;
        response.status = 200;
        response.body = file;
        return response;
    }
    /// "bytes=5-9"
    [[nodiscard]] sdk::HttpResponse part(std::string_view range) const {
        const auto dash = range.find('-');
        const auto from = static_cast<std::size_t>(sdk::to_integer(range.substr(6, dash - 6)).value_or(-1));
        const auto to = static_cast<std::size_t>(sdk::to_integer(range.substr(dash + 1)).value_or(-1));
        sdk::HttpResponse response;
        const auto total = "/" + std::to_string(file.size());
        if (from >= file.size()) {
            response.status = 416;
            response.headers = {{"Content-Range", "bytes *" + total}};
            return response;
        }
        response.status = 206;
        response.body = file.substr(from, to - from + 1);
        const auto last = std::to_string(from + response.body.size() - 1);
        response.headers = {{"Content-Range", "bytes " + std::to_string(from) + "-" + last + total}};
        return response;
    }

    support::ScriptedSession& inner_;
};

}  // namespace navette::shopify::test
