"""The words of problems that need no details of the request."""

from __future__ import annotations

TITLES = {
    300: ("已转到别处", "It is elsewhere"),
    400: ("请求无法处理", "The request cannot be handled"),
    401: ("需要令牌", "A token is needed"),
    403: ("不允许", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不支持这种请求方法", "Method not supported here"),
    406: ("没有所要的格式", "No format that you accept"),
    409: ("与现状冲突", "It conflicts with what is stored"),
    413: ("内容太大", "Too large"),
    415: ("不支持这种文件类型", "Type of file not supported"),
    422: ("内容有误", "The content has faults"),
    429: ("请求太多", "Too many requests"),
    500: ("服务出错", "The service failed"),
    503: ("暂时无法处理", "Not available at the moment"),
}

DETAILS = {
    400: ("请检查请求的格式。", "Check the form of the request."),
    404: (
        "这个地址没有内容；请从首页重新进入。",
        "There is nothing at this address; start again from the home page.",
    ),
    405: (
        "这个地址不支持这种请求方法，可用的方法见 Allow。",
        "This address does not take this method; the header Allow names those it takes.",
    ),
    413: (
        "一次最多提交 32 MiB；没有保存任何内容。请拆分后再提交。",
        "At most 32 MiB are taken at a time; nothing was stored. Split it and hand it in again.",
    ),
    500: (
        "这是我们的错误，没有保存任何内容。请稍后再试；如果一再发生，请告诉管理员发生的时间。",
        "This is our fault, nothing was stored. Try again; if it happens again, tell your "
        "administrator when it did.",
    ),
}

KINDS = {
    "rule about these things": "就这些内容得出结论的规则",
    "dimension": "维度",
    "kind of conclusion": "结论或结论的类",
    "requirement": "岗位要求",
    "training": "培训",
    "verdict": "结论",
    "assessment": "测评",
    "objection": "异议",
    "study": "研究",
    "study-kind": "研究种类",
    "decision on item": "对该项目的决定",
    "round": "轮次",
    "person": "人员",
    "goal": "绩效目标",
    "kpi": "绩效指标",
    "measurement": "绩效数据",
    "period": "考核周期",
    "rating-form": "评价表",
    "plan": "绩效方案",
    "rater": "评价人代号",
    "team": "班组",
    "planItem": "方案二级指标",
    "planGroup": "方案一级指标",
    "model": "岗位模型",
    "model version": "模型版本",
    "step": "流程步骤",
    "question": "问题",
    "term": "术语",
    "ontology module": "本体模块",
}

QUERY_DETAILS = {
    400: "查询无法执行。",
    406: "没有所要的结果格式。",
    422: "结果太大，请缩小范围或加上 LIMIT。",
    503: "查询已停止或暂时无法执行。",
}

FORBIDDEN = {
    "writes_people": (
        "您的角色不能改动人员和测评；需要 hr 或 admin 角色。",
        "Your role may not change people and assessments; it takes the role hr or admin.",
    ),
    "writes_models": (
        "您的角色不能改动岗位模型和本体；需要 editor 或 admin 角色。",
        "Your role may not change position models and ontologies; it takes the role editor or admin.",
    ),
    "administers": (
        "您的角色不能管理这个服务；需要 admin 角色。",
        "Your role may not administer this service; it takes the role admin.",
    ),
    "sees_names": (
        "您的角色看不到姓名和联系方式；需要 hr 或 admin 角色。",
        "Your role may not see names and contact data; it takes the role hr or admin.",
    ),
}
"""What to say of a right, by its name in Rights, to who lacks it."""
