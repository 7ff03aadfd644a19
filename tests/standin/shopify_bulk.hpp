// Bulk operations: files that clients upload to another host, one mutation run over their lines in the
// background, at no cost and in no order, and the results to be fetched there; or one query whose lists are
// written into such a file.
#pragma once

#include "tests/standin/message.hpp"
#include "tests/standin/shopify_graphql.hpp"
#include "tests/standin/shopify_upload.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

class ShopifyShop;

class ShopifyBulk {
  public:
    /// Control action `bulk`, from now on: `start_ms` and `line_ms` (0: how long operations take),
    /// `cancel_ms` (0: how long until a cancelled one ends), `fail_after` (so many lines, then FAILED with
    /// partial data), `expire` (true: they end as EXPIRED, without results), `gone` (so many downloads are
    /// refused), `refuse` (a code of BulkMutationErrorCode), `upload_status` (what uploads are answered),
    /// `shift` (1: results name the line after their own), `whole` (true: files are given as a whole only),
    /// `scatter` (true: grouped children stand anywhere all the same). An empty object takes all back. Throws
    /// std::invalid_argument.
    void order(const boost::json::object& switches);

    /// The host that the client calls us by: files are on the same port of "localhost", another origin.
    void called_as(std::string_view host);
    /// The answer where the request is for the host of the files; nothing otherwise.
    std::optional<Response> answer_for_files(const Request& request);

    /// Carries out the lines whose time has come.
    void advance(ShopifyShop& shop);

    /// What the roots of the same names answer.
    boost::json::value stage(const boost::json::object& arguments);
    boost::json::value run(ShopifyShop& shop, const boost::json::object& arguments);
    boost::json::value run_query(ShopifyShop& shop, const boost::json::object& arguments);
    boost::json::value cancel(const boost::json::object& arguments);
    boost::json::value find(const boost::json::object& arguments) const;
    boost::json::array list(const boost::json::object& arguments) const;  // the newest first

    void clear();

  private:
    using Clock = std::chrono::steady_clock;

    struct Switches {
        std::chrono::milliseconds start{0};
        std::chrono::milliseconds line{0};
        std::chrono::milliseconds cancel{0};
        std::optional<std::size_t> fail_after;
        bool expire = false;
        int gone = 0;
        std::string refuse;
        unsigned upload_status = 0;
        std::int64_t shift = 0;
        bool whole = false;
        bool scatter = false;
    };
    struct Staged {
        UploadParameters parameters;
        std::string content;
    };
    struct Operation {
        bool is_query = false;
        std::string id;
        std::string text;  // of the mutation or query
        graphql::Operation parsed;
        std::vector<std::string> lines;  // variables of the mutation; what the query found
        std::vector<std::size_t> order;  // in which they are carried out
        std::size_t done = 0;
        std::string results;
        std::string status = "CREATED";
        std::string error;
        Switches switches;
        std::int64_t created = 0;  // by the shop's clock
        Clock::time_point began;
        std::optional<Clock::time_point> cancelled;
    };

    [[nodiscard]] static bool is_running(const Operation& operation);
    /// Whether so many of its sort run that there is no room for one more.
    [[nodiscard]] bool is_full(bool is_query) const;
    /// It runs from now on; what is told of it.
    boost::json::value begin(ShopifyShop& shop, Operation operation);
    static void carry_out(ShopifyShop& shop, Operation& operation, std::size_t line);
    [[nodiscard]] boost::json::object shown(const Operation& operation) const;
    [[nodiscard]] static std::string upload_path();
    [[nodiscard]] std::string results_path(const Operation& operation) const;
    Response upload(const Request& request);
    Response download(const Request& request);

    Switches switches_;
    std::string origin_ = "http://localhost";
    std::map<std::string, Staged> staged_;  // by key
    std::vector<Operation> operations_;
};

}  // namespace navette::standin
