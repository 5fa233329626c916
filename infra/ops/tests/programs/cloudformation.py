"""What moto's CloudFormation lacks of AWS's, as far as our stacks and the command of the CDK need it. Run inside the server."""

import json

from moto.apigateway.models import apigateway_backends
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.models import ChangeSet, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.secretsmanager.models import secretsmanager_backends

clean_json = parsing.clean_json


def with_stack_outputs(value, resources):
    """Fn::GetStackOutput: what another stack puts out."""
    if not isinstance(value, dict) or "Fn::GetStackOutput" not in value:
        return clean_json(value, resources)
    wanted = clean_json(value["Fn::GetStackOutput"], resources)
    backend = cloudformation_backends[resources["AWS::AccountId"]][resources["AWS::Region"]]
    return backend.get_stack(wanted["StackName"]).output_map[wanted["OutputName"]].value


parsing.clean_json = with_stack_outputs


def update_termination_protection(self):
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


CloudFormationResponse.update_termination_protection = update_termination_protection


def of_its_stack(action):
    """Change sets of two stacks may have the same name: the action is given the id of the one that is meant."""

    def answer(self):
        backend, name = self.cloudformation_backend, self._get_param("ChangeSetName")
        stack = self._get_param("StackName")
        own = [
            key
            for key, change_set in backend.change_sets.items()
            if change_set.change_set_name == name and stack in (change_set.stack.name, change_set.stack.stack_id)
        ]
        if own:
            self.data["ChangeSetName"] = [own[-1]]
        elif name not in backend.change_sets:
            if action.__name__ == "delete_change_set":
                return ActionResult({})
            raise CloudFormationError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")
        return action(self)

    return answer


for name in ("describe_change_set", "execute_change_set", "delete_change_set"):
    setattr(CloudFormationResponse, name, of_its_stack(getattr(CloudFormationResponse, name)))

update = ChangeSet.apply


def apply(self):
    """A stack that is made by a change set is made as any other: in the order of DependsOn, and with outputs."""
    stack = self.stack
    if self.change_set_type == "CREATE":
        stack.template, stack.parameters = self.template, self.parameters
        stack._parse_template()
        stack.resource_map = stack._create_resource_map()
        stack.create_resources()
    else:
        update(self)
        stack.template = self.template
        stack._parse_template()
    stack.output_map = stack._create_output_map()


ChangeSet.apply = apply


def teach(kind, name_property, make):
    """
    A kind of resource that moto has, but makes no stack of.

    make(name, properties, account, region) makes one and says its id, its ARN, and how it is deleted.
    """

    class Taught(CloudFormationModel):
        def __init__(self, made):
            self.physical_resource_id, self.arn, self.remove = made

        def get_cfn_attribute(self, _name):
            return self.arn

        @classmethod
        def create_from_cloudformation_json(cls, name, resource, account, region, **_others):
            return cls(make(name, resource["Properties"], account, region))

        def delete(self, _account, _region):
            self.remove()

    parsing.get_model_map()[kind] = Taught
    parsing.get_name_type_map()[kind] = name_property


ALARM = {
    "namespace": "Namespace",
    "metric_name": "MetricName",
    "comparison_operator": "ComparisonOperator",
    "evaluation_periods": "EvaluationPeriods",
    "period": "Period",
    "threshold": "Threshold",
    "statistic": "Statistic",
    "description": "AlarmDescription",
    "alarm_actions": "AlarmActions",
}


def make_alarm(name, properties, account, region):
    backend = cloudwatch_backends[account][region]
    given = {taken: properties.get(named) for taken, named in ALARM.items()}
    alarm = backend.put_metric_alarm(name=name, dimensions=[], **given)
    return name, alarm.alarm_arn, lambda: backend.delete_alarms([name])


def make_secret(name, properties, account, region):
    backend = secretsmanager_backends[account][region]
    made = backend.create_secret(name, None, None, properties.get("Description"), [], None, None, [], False)
    arn = json.loads(made)["ARN"]
    return arn, arn, lambda: backend.delete_secret(arn, None, True)


def make_stage(name, properties, account, region):
    backend = apigateway_backends[account][region]
    api = properties["RestApiId"]
    backend.create_stage(api, name, properties["DeploymentId"])
    return name, None, lambda: backend.delete_stage(api, name)


teach("AWS::CloudWatch::Alarm", "AlarmName", make_alarm)
teach("AWS::SecretsManager::Secret", "Name", make_secret)
teach("AWS::ApiGateway::Stage", "StageName", make_stage)
