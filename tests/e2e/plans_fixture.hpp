// A tenant with one HubSpot account that is planned, compared and repaired: the real daemon, a stand-in with
// people who work there.
#pragma once

#include "tests/e2e/two_way_site.hpp"
#include "tests/standin/blocking_client.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace navette::test {

class PlansTest : public ::testing::Test {
  protected:
    explicit PlansTest(TwoWayWishes wishes = {.platforms = {"hubspot"}})
        : ring_(in_small_pages(std::move(wishes))) {}

    /// A person in the application's names.
    static boost::json::object person(const std::string& name, const std::string& phone) {
        return {
            {"first_name", name}, {"last_name", "Berg"}, {"email", name + "@plan.test"}, {"phone", phone}
        };
    }

    /// The same in HubSpot's names.
    static boost::json::object contact(const std::string& name, const std::string& phone) {
        return {{"firstname", name}, {"lastname", "Berg"}, {"email", name + "@plan.test"}, {"phone", phone}};
    }

    /// As `integration add --plan-first` leaves it.
    void wait_for_plan() { ring_.site().pause_integrations(); }

    boost::json::object create_plan() {
        auto plan = ring_.site().ctl_json({"plan", "create", "int_hubspot", "--wait"}).as_object();
        EXPECT_EQ(plan.at("state").as_string(), "ready") << plan;
        return plan;
    }
    static std::string id_of(const boost::json::object& plan) {
        return std::to_string(plan.at("id").as_int64());
    }

    /// Approves it, and waits until all that follows from it is over.
    void apply(const boost::json::object& plan) {
        const auto approved = ring_.site().ctl({"plan", "approve", id_of(plan), "--wait"});
        EXPECT_EQ(approved.exit_code, 0) << approved.output;
        ring_.settle();
    }

    static std::int64_t count(const boost::json::object& plan, const std::string& verdict) {
        const auto* found = plan.at("counts").at("contact").as_object().if_contains(verdict);
        return found == nullptr ? 0 : found->as_int64();
    }

    SpokePlatform& hubspot() { return ring_.platform("hubspot"); }

    /// HubSpot's search, by which all is read, shows a write a moment later. Waits until it shows this many
    /// contacts.
    void await_shown(std::int64_t contacts) { await_found(boost::json::array(), contacts); }
    /// The same of one contact whose property has this value.
    void await_shown(const std::string& property, const std::string& value) {
        const boost::json::object filter{{"propertyName", property}, {"operator", "EQ"}, {"value", value}};
        await_found({boost::json::object{{"filters", boost::json::array{filter}}}}, 1);
    }

    TwoWaySite ring_;

  private:
    static TwoWayWishes in_small_pages(TwoWayWishes wishes) {
        wishes.pull = "{every: 1d, page: 10}";
        return wishes;
    }

    void await_found(const boost::json::array& groups, std::int64_t wanted) {
        standin::BlockingClient client(
            hubspot().site().port(), {{"Authorization", "Bearer pat-eu1-right-token"}}
        );
        const boost::json::object search{
            {"filterGroups", groups},
            {"sorts",
             boost::json::array{
                 boost::json::object{{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}}
             }},
            {"properties", boost::json::array{"email"}},
            {"limit", 1}
        };
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        for (std::string answer; std::chrono::steady_clock::now() < until;) {
            const auto reply =
                client.send("POST", "/crm/objects/2026-09/contacts/search", boost::json::serialize(search));
            if (reply.status != 200) {
                throw std::runtime_error("the stand-in's search: " + reply.body);
            }
            if (reply.json().at("total").to_number<std::int64_t>() == wanted) {
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        throw std::runtime_error("the stand-in's search does not show " + std::to_string(wanted));
    }
};

}  // namespace navette::test
