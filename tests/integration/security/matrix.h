// expected.tsv, and those who try what it says.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/security/mqtt_client.h"
#include "tests/integration/security/secure_broker.h"
#include "tests/support/test_fleet.h"

namespace biglittle {

struct MatrixRow {
  std::string action;
  std::string topic;
  std::vector<std::string> expected;  // a cell for each column
};

struct Matrix {
  std::vector<std::string> columns;
  std::vector<MatrixRow> rows;
};

// Errors fail the test.
Matrix LoadMatrix(const std::filesystem::path& file);

struct Subject {
  std::string id;                      // {self}
  std::string other;                   // {other}, a device
  std::string user;                    // its name at the broker, if it gets in
  std::filesystem::path certificates;  // empty: none
};

// A broker, a real cloud_worker, a witness, and everybody who tries something.
class MatrixBench {
 public:
  MatrixBench();

  // What came of it: the words of expected.tsv.
  std::string Try(const std::string& column, const MatrixRow& row);

 private:
  void AddSubjects();
  void AddStrangers();
  void StartWorker();

  // Its session, new if the last one has ended; nullptr: it gets none.
  MqttClient* SessionOf(const std::string& column);
  MqttClient::Options OptionsFor(const Subject& subject) const;
  // For another connection instead of that session: the broker would end it at some moment.
  MqttClient::Options SecondOptionsFor(const std::string& column);

  std::string ConnectAs(const std::string& column);
  std::string Publish(const std::string& column, const std::string& topic);
  std::string PublishBy311(const std::string& column, const std::string& topic,
                           std::size_t padding);
  std::string Retain(const std::string& column, const std::string& topic);
  std::string LeaveWill(const std::string& column, const std::string& topic);
  std::string Control(const std::string& column, const std::string& topic);
  std::string Ask(const std::string& column, const std::string& response_topic);
  std::string Subscribe(const std::string& column, const std::string& filter);

  // What the witness has read up to now.
  std::vector<MqttMessage> Witnessed();
  bool WitnessHas(const std::string& topic, const std::string& payload);
  void PublishEverywhere(const Subject& subject);
  // Requests that only a member of the workers' group can take: all are answered.
  bool GroupIsServed();
  MqttMessage Request(const std::string& device, const std::string& response_topic);
  std::string NewWord() { return "word-" + std::to_string(++words_); }

  std::unique_ptr<SecureBroker> broker_;
  std::unique_ptr<TestFleet> fleet_;
  std::unique_ptr<MqttClient> witness_;
  std::map<std::string, Subject> subjects_;
  std::map<std::string, std::unique_ptr<MqttClient>> sessions_;
  int words_ = 0;
};

}  // namespace biglittle
