// Zendesk's background jobs: requests on many records at once are queued, and their results are told by the
// job's status, row by row.
#pragma once

#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"
#include "tests/standin/zendesk_organizations.hpp"
#include "tests/standin/zendesk_users.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>

namespace navette::standin {

class ZendeskJobs {
  public:
    ZendeskJobs(ZendeskAccount& account, ZendeskUsers& users, ZendeskOrganizations& organizations)
        : account_(account),
          users_(users),
          organizations_(organizations),
          end_(account.options.text("job_end", "completed")) {}

    /// Answers /job_statuses and what queues a job (.../create_or_update_many, create_many, update_many);
    /// nothing where it knows no such path.
    std::optional<Response> answer(const ZendeskCall& call);

    /// Does the work of all jobs whose time has come: called before each request is answered.
    void run_due();
    void clear() { jobs_.clear(); }

  private:
    using Clock = std::chrono::steady_clock;
    /// The outcome of the record at that place, as the job's status tells it.
    using RowWork = std::function<boost::json::object(const boost::json::object& record, std::size_t index)>;
    struct Job {
        std::string id;
        Clock::time_point due;
        boost::json::array records;
        RowWork work;
        bool done = false;
        bool seen = false;  // by somebody who asked: the answer to the request itself says "queued"
        boost::json::array results;
    };

    Response queue(const ZendeskCall& call, const char* plural, RowWork work);
    boost::json::object status_of(const Job& job) const;
    boost::json::object upserted_user(const boost::json::object& user, std::size_t index);
    boost::json::object updated_user(const boost::json::object& user);
    boost::json::object created_organization(const boost::json::object& organization, std::size_t index);
    boost::json::object updated_organization(const boost::json::object& organization);

    ZendeskAccount& account_;
    ZendeskUsers& users_;
    ZendeskOrganizations& organizations_;
    std::string end_;
    std::list<Job> jobs_;
    std::uint64_t last_ = 0;
};

}  // namespace navette::standin
