"""What keeps `rengang serve` from starting as an open door, told to whoever starts it."""

from __future__ import annotations

from kb_service.access.front_door import is_loopback, is_open
from kb_service.access.oidc import faults
from kb_service.cli.commands import data_folder
from kb_service.cli.failures import Unavailable
from kb_service.cli.language import say
from kb_service.configuration import AccessSettings
from kb_service.store.data_folder import DataFolder


def refuse_open_door(host: str, settings: AccessSettings) -> None:
    """Raise Unavailable when others than this machine could come in without showing who they are.

    So it does when the keys of a trusted issuer cannot be used: nobody could show it then.
    """
    for zh, en in faults(settings):
        raise Unavailable(f"身份设置有误：{zh}", f"The identity settings are wrong: {en}")
    if is_loopback(host) or not is_open(DataFolder(data_folder()), settings):
        return
    name = say("我的令牌", "my-token")
    raise Unavailable(
        f"拒绝启动：在 {host} 上监听时，本机之外的人也能访问，而数据文件夹里还没有任何令牌，"
        "任何人都会成为管理员。\n"
        f"请先运行 rengang token add {name} --role admin，或配置 OpenID Connect；"
        "只供本机使用则不要写 --host。",
        f"Not started: others than this machine can reach {host}, and no token has been given out "
        "for this data folder, so anybody would be an administrator.\n"
        f"Run rengang token add {name} --role admin first, or configure OpenID Connect; "
        "to serve this machine alone, leave --host out.",
    )
