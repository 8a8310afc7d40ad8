include $(sort $(wildcard $(BR2_EXTERNAL_BATTGUARD_PATH)/package/*/*.mk))
