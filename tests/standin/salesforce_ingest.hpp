// /jobs/ingest: Bulk API 2.0. A job is made, gets its rows as CSV, is closed, is worked off while nobody
// waits, and tells its results as CSV, in no promised order.
#pragma once

#include "tests/standin/salesforce_call.hpp"
#include "tests/standin/salesforce_csv.hpp"
#include "tests/standin/salesforce_org.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace navette::standin {

class SalesforceIngest {
  public:
    /// `polls`: how often a closed job is not done yet when it is looked at.
    SalesforceIngest(SalesforceOrg& org, int polls) : org_(org), polls_(polls) {}

    /// `call.path` begins with "jobs", "ingest".
    SalesforceAnswer answer(const SalesforceCall& call);

    /// Works off every closed job, as Salesforce does with nobody looking on. Returns how many there were.
    std::size_t finish();

    void clear() { jobs_.clear(); }

  private:
    struct Job {
        std::string id;
        const SalesforceObject* object = nullptr;
        std::string state;  // "Open", "UploadComplete", "InProgress", "JobComplete", "Aborted"
        bool is_upsert = false;
        CsvRow heading;
        std::vector<CsvRow> rows;
        int looks = 0;
        std::string successful;
        std::string failed;
        std::uint64_t processed_count = 0;
        std::uint64_t failed_count = 0;
    };

    SalesforceAnswer open(const SalesforceCall& call);
    SalesforceAnswer upload(Job& job, const SalesforceCall& call);
    SalesforceAnswer set_state(Job& job, const SalesforceCall& call);
    SalesforceAnswer look(Job& job);
    SalesforceAnswer results(const Job& job, const std::string& which) const;
    void work_off(Job& job);

    SalesforceOrg& org_;
    int polls_;
    std::uint64_t last_ = 0;
    std::map<std::string, Job> jobs_;
};

}  // namespace navette::standin
