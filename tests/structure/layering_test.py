#!/usr/bin/env python3
"""The checks of includes and names notice each kind of breach, and let through what is allowed."""
import unittest

import layering
import names


def problems(path, header):
    return list(layering.problems_of(path, f'#include "{header}"\n'))


class LayeringTest(unittest.TestCase):
    def test_modules_point_one_way(self):
        self.assertTrue(problems("core/task/task.cc", "wire/topics.h"))
        self.assertTrue(problems("nn/model.cc", "wire/topics.h"))
        self.assertTrue(problems("wire/topics.cc", "nn/model.h"))
        self.assertTrue(problems("signal/gate.h", "device_agent/sources/sample.h"))
        self.assertTrue(problems("cloud_worker/intake/request_check.cc", "signal/conditioner.h"))
        self.assertFalse(problems("device_agent/sources/source_factory.cc", "signal/conditioner.h"))
        self.assertTrue(problems("cli/demo.cc", "cloud_worker/worker.h"))
        self.assertTrue(problems("device_agent/agent.cc", "cloud_worker/queue/work_item.h"))
        self.assertFalse(problems("wire/topics.cc", "core/clock.h"))
        self.assertFalse(problems("cli/demo.cc", "device_agent/agent.h"))

    def test_stages_do_not_know_each_other(self):
        self.assertTrue(problems("cloud_worker/queue/batcher.cc", "cloud_worker/replies/responder.h"))
        self.assertTrue(problems("device_agent/little/escalation_policy.cc",
                                 "device_agent/escalation/pending_escalations.h"))
        self.assertTrue(problems("cloud_worker/intake/request_check.cc", "cloud_worker/worker.h"))
        self.assertTrue(problems("cloud_worker/models/model_store.cc",
                                 "cloud_worker/backends/engine/engine_model.h"))
        self.assertFalse(problems("cloud_worker/backends/backend_registry.cc",
                                  "cloud_worker/backends/engine/engine_model.h"))
        self.assertFalse(problems("cloud_worker/worker.h", "cloud_worker/queue/batcher.h"))
        self.assertFalse(problems("cloud_worker/queue/batcher.h", "cloud_worker/queue/work_item.h"))
        self.assertFalse(problems("device_agent/sources/replay/replay_source.cc",
                                  "device_agent/sources/arrays/npy_file.h"))

    def test_no_arrow_runs_back_inside_a_module(self):
        self.assertTrue(problems("core/yaml/map_reader.h", "core/fleet/fleet_config.h"))
        self.assertTrue(problems("core/clock.h", "core/program/log.h"))
        self.assertTrue(problems("nn/simd/elementwise.h", "nn/operators/operators.h"))
        self.assertTrue(problems("wire/tls/credentials.h", "wire/mqtt/mqtt_session.h"))
        self.assertTrue(problems("cli/lab/broker_process.h", "cli/demo/demo_command.h"))
        self.assertTrue(problems("cli/somewhere/new.h", "cli/check/check_command.h"))
        self.assertFalse(problems("core/fleet/fleet_file.h", "core/task/task.h"))
        self.assertFalse(problems("nn/operators/relu.cc", "nn/graph/graph.h"))
        self.assertFalse(problems("device_agent/device_host.cc",
                                  "device_agent/escalation/escalator.h"))

    def test_kinds_of_sources_know_neither_each_other_nor_the_registry(self):
        self.assertTrue(problems("device_agent/sources/sonar/sonar_source.h",
                                 "device_agent/sources/replay/replay_source.h"))
        self.assertTrue(problems("device_agent/sources/sonar/sonar_source.h",
                                 "device_agent/sources/source_registry.h"))
        self.assertFalse(problems("device_agent/sources/sonar/sonar_kind.h",
                                  "device_agent/sources/source_kind.h"))

    def test_third_party_headers_have_one_place(self):
        self.assertTrue(problems("cli/demo.cc", "mqtt/async_client.h"))
        self.assertTrue(problems("core/task/task.cc", "yaml-cpp/yaml.h"))
        self.assertTrue(problems("nn/model.cc", "onnx/onnx_pb.h"))
        self.assertFalse(problems("wire/mqtt/paho_connection.h", "mqtt/async_client.h"))
        self.assertFalse(problems("nn/importer/tensors.cc", "onnx/onnx_pb.h"))
        self.assertTrue(problems("cli/demo/demo_command.cc", "CLI/CLI.hpp"))
        self.assertFalse(problems("cli/demo/demo_registration.cc", "CLI/CLI.hpp"))

    def test_logs_and_terminals_obey_nothing(self):
        def of(path, text):
            return list(layering.problems_of(path, text))

        self.assertTrue(of("cli/demo.cc", "spdlog::set_level(level);"))
        self.assertTrue(of("cli/demo.cc", "std::cout.rdbuf(other);"))
        self.assertTrue(of("cli/demo.cc", r'out << "\x1b[K";'))
        self.assertFalse(of("core/program/log.cc", "spdlog::set_level(level);"))
        self.assertTrue(of("cloud_worker/main.cc", "int main() {}"))
        self.assertFalse(of("cloud_worker/main.cc", "TerminalGuard guard; SetUpLog(level);"))


class NamesTest(unittest.TestCase):
    def test_types_of_a_namespace(self):
        text = ("namespace a {\nnamespace {\nclass Own {\n};\n}  // namespace\n"
                "class Queue final : public Base {\n};\nstruct Item {\n};\nclass Later;\n}  // namespace a\n"
                "namespace a::b {\ntemplate <typename T>\nclass Queue {\n};\n}  // namespace a::b\n")
        self.assertEqual(list(names.types_of(text)), [("a", "Queue"), ("a", "Item"), ("a::b", "Queue")])


if __name__ == "__main__":
    unittest.main()
